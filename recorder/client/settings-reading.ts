/** Settings from a script element, from `init()`, or from a driver; what is wrong is said once. */
import type { Options } from "./heatwright";
import { DEFAULTS, type Settings } from "./settings";

const warn = (problem: string): void => console.warn(`heatwright: ${problem}`);

const TRAIT = "trait";

/** Null when there is no script element with a key: then `init()` is waited for. */
export function fromScript(script: HTMLOrSVGScriptElement | null): Settings | null {
  if (!(script instanceof HTMLScriptElement) || !script.dataset.key) return null;
  const traits: Record<string, string> = {};
  const told: Record<string, unknown> = { endpoint: absolute(".", script.src), traits };
  for (const [name, text] of Object.entries(script.dataset)) {
    // `data-trait-plan="free"` arrives as `traitPlan`.
    const trait = name.startsWith(TRAIT) ? name.slice(TRAIT.length) : "";
    if (trait) traits[trait.charAt(0).toLowerCase() + trait.slice(1)] = String(text);
    else told[name] = text;
  }
  return checked(told as unknown as Options);
}

/** Null in the empty page that every tab begins with, where a driver's script runs, too. */
export function fromDriver(): Settings | null {
  const driven = window.__heatwrightDriven;
  if (!driven || !location.protocol.startsWith("http")) return null;
  const settings: Settings = { ...DEFAULTS, ...driven, endpoint: "", canvas: true, driven };
  // Whoever drives knows the addresses already, and filters by them.
  return { ...settings, consent: "not-required", keepQuery: ["*"], keepFragment: "all" };
}

/** Whole settings, or null where a mistake could record more than the site wants. */
export function checked(options: Options): Settings | null {
  const settings: Record<string, unknown> = { ...DEFAULTS, traits: {} };
  for (const [name, value] of Object.entries(options)) {
    if (name === "key") settings.key = String(value);
    else if (name === "endpoint") settings.endpoint = absolute(String(value), document.baseURI).replace(/\/$/, "");
    else if (!(name in DEFAULTS) || name === "driven") warn(`no such setting: ${name}`);
    else if (value != null) settings[name] = like(DEFAULTS[name as keyof typeof DEFAULTS], value);
  }
  const problem = problemOf(settings as unknown as Settings);
  if (problem) warn(`${problem}; nothing is recorded`);
  return problem ? null : (settings as unknown as Settings);
}

/** `value`, which may be an attribute's text, as the kind of thing that `example` is. */
function like(example: unknown, value: unknown): unknown {
  // Separated by white space or commas.
  if (Array.isArray(example)) {
    return (Array.isArray(value) ? value.map(String) : String(value).split(/[\s,]+/)).filter(Boolean);
  }
  if (typeof example === "number") return Number(value);
  if (typeof example === "boolean") return value !== false && value !== "false";
  if (!example || typeof example === "string") return String(value);
  return Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, String(one)]));
}

/** Empty for what is no URL. */
function absolute(href: string, base: string): string {
  try {
    return new URL(href, base).href;
  } catch {
    return "";
  }
}

/** What each of these may be; the first is not the default everywhere. */
const CHOICES = {
  consent: ["required", "not-required"],
  mode: ["always", "on-error"],
  mask: ["inputs", "text", "strict"],
  keepFragment: ["none", "routes", "all"],
  automation: ["local", "record"],
} as const;

function problemOf(settings: Settings): string | null {
  if (!settings.key) return "no key";
  if (!settings.endpoint) return "no endpoint";
  for (const [name, choices] of Object.entries(CHOICES)) {
    const given = settings[name as keyof typeof CHOICES];
    if (!(choices as readonly string[]).includes(given)) return `${name} is not one of ${choices.join(", ")}`;
  }
  if (!(settings.sample >= 0 && settings.sample <= 1)) return "sample is not from 0 to 1";
  for (const name of ["maskSelector", "unmaskSelector", "blockSelector", "ignoreSelector"] as const) {
    if (settings[name] && !isSelector(settings[name])) return `${name} is no selector`;
  }
  return null;
}

function isSelector(text: string): boolean {
  try {
    document.createDocumentFragment().querySelector(text);
    return true;
  } catch {
    return false;
  }
}
