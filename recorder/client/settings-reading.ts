/** Settings from a script element, from `init()`, or from a driver; what is wrong is said once. */
import type { Options } from "./heatwright";
import { DEFAULTS, type Settings } from "./settings";

const warn = (problem: string): void => console.warn(`heatwright: ${problem}`);

/** Data attributes that are lists, separated by white space or commas. */
const LISTS = ["exclude", "keepQuery", "responseHeaders"];

const TRAIT = "trait";

/** Null when there is no script element with a key: then `init()` is waited for. */
export function fromScript(script: HTMLOrSVGScriptElement | null): Settings | null {
  if (!(script instanceof HTMLScriptElement) || !script.dataset.key) return null;
  const told: Record<string, unknown> = { endpoint: new URL(".", script.src).href, traits: {} };
  for (const [name, text] of Object.entries(script.dataset) as [string, string][]) {
    // `data-trait-plan="free"` arrives as `traitPlan`.
    const trait = name.startsWith(TRAIT) && name.slice(TRAIT.length);
    if (trait) (told.traits as Record<string, string>)[lowerFirst(trait)] = text;
    else if (LISTS.includes(name)) told[name] = text.split(/[\s,]+/).filter(Boolean);
    else if (name === "sample") told[name] = Number(text);
    else if (name === "canvas") told[name] = text !== "false";
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
  const settings = { ...DEFAULTS, ...defined(options), driven: null } as Settings;
  settings.endpoint = String(settings.endpoint ?? "").replace(/\/$/, "");
  settings.traits = { ...settings.traits };
  const unknown = Object.keys(options).filter((name) => !(name in DEFAULTS) && !/^(key|endpoint)$/.test(name));
  if (unknown[0]) warn(`no such setting: ${unknown.join(", ")}`);
  const problem = problemOf(settings);
  if (problem) warn(`${problem}; nothing is recorded`);
  return problem ? null : settings;
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

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function defined(options: Options): Partial<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
