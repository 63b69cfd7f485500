/**
 * What the tag is told: by `data-*` attributes of its script element, or, in a
 * browser that `heatwright record` drives, by an object set before it runs.
 */
export interface Settings {
  /** Collector's base URL; empty when driven. */
  endpoint: string;
  key: string;
  consent: "required" | "not-required";
  traits: Record<string, string>;
  variant: string | null;
  release: string | null;
  driven: DrivenSettings | null;
}

/** Given by the driver, which knows better than storage who is visiting. */
export interface DrivenSettings {
  visitor: string;
  session: string;
  device: string | null;
  key: string;
  traits: Record<string, string>;
  variant: string | null;
  release: string | null;
}

declare global {
  interface Window {
    __heatwrightDriven?: DrivenSettings;
    __heatwrightSend?: (batch: string) => Promise<void>;
  }
}

const TRAIT = "trait";

/** Null when there is neither a driver nor a script element with a key. */
export function readSettings(script: HTMLOrSVGScriptElement | null): Settings | null {
  const driven = window.__heatwrightDriven;
  // A driver's init script also runs in the empty page that every tab begins with.
  if (!location.protocol.startsWith("http")) return null;
  if (driven) return { ...driven, endpoint: "", consent: "not-required", driven };
  if (!(script instanceof HTMLScriptElement)) return null;
  const { key, consent, variant, release, endpoint } = script.dataset;
  if (!key) {
    console.warn("heatwright: no data-key, nothing is recorded");
    return null;
  }
  return {
    endpoint: endpoint ?? new URL(script.src).origin,
    key,
    consent: consent === "not-required" ? "not-required" : "required",
    traits: readTraits(script.dataset),
    variant: variant ?? null,
    release: release ?? null,
    driven: null,
  };
}

/** `data-trait-plan="free"` arrives in the dataset as `traitPlan`. */
function readTraits(data: DOMStringMap): Record<string, string> {
  const traits: Record<string, string> = {};
  for (const [name, value] of Object.entries(data)) {
    if (!name.startsWith(TRAIT) || name.length === TRAIT.length || value === undefined) continue;
    const rest = name.slice(TRAIT.length);
    traits[rest.charAt(0).toLowerCase() + rest.slice(1)] = value;
  }
  return traits;
}
