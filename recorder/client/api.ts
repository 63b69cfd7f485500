/** `window.heatwright` and the ES module: what a site's own scripts can tell the tag. */
import type { Call, Heatwright, TraitValue } from "./heatwright";
import { sessionStart } from "./identity";
import type { Consent, LoadMore } from "./recording";
import { checked } from "./settings-reading";
import type { Settings } from "./settings";
import { GOAL_TAG, IDENTIFY_TAG, PAGE_TAG, REPORT_TAG, TRAIT_TAG } from "./tags";
import { createVisit, type Visit } from "./visit";

/** `loadMore` fetches the rest of the tag from the endpoint in the settings. */
export type LoadFrom = (settings: Settings) => ReturnType<LoadMore>;

export interface Api extends Heatwright {
  /** One call as it was written down before the tag came. */
  push(...calls: Call[]): void;
}

export function createApi(given: Settings | null, loadFrom: LoadFrom): Api {
  let settings: Settings | null = null;
  let visit: Visit | null = null;
  /** Those of the settings, without what the site told of the visitor since. */
  let traits: Settings["traits"] = {};

  const begin = (found: Settings | null): void => {
    // Frames are recorded by the top document's recorder, through rrweb, not by a tag of their own.
    if (visit || !found || window.top !== window) return;
    settings = found;
    traits = { ...found.traits };
    visit = createVisit(found, () => loadFrom(found));
    if (found.consent === "not-required") visit.begin(null);
  };
  const tell = (tag: string, payload: unknown): void => visit?.tell(tag, payload);
  const setTrait = (name: string, value: TraitValue): void => {
    if (!settings) return;
    if (name === "variant") settings.variant = String(value);
    else settings.traits[name] = String(value);
  };

  const api: Heatwright = {
    init: (options) => begin(checked(options)),
    consent(decision, { version = settings?.consentVersion ?? null } = {}) {
      if (!decision) {
        if (settings) settings.traits = { ...traits };
        void visit?.end(true);
        return;
      }
      const consent: Consent = { at: Date.now(), version };
      visit?.begin(consent);
    },
    identify(id, traits = {}) {
      for (const [name, value] of Object.entries({ ...traits, user: id })) setTrait(name, value);
      tell(IDENTIFY_TAG, { id, traits });
    },
    track: (goal, properties = {}) => tell(GOAL_TAG, { goal, properties }),
    tag(name, value) {
      setTrait(name, value);
      tell(TRAIT_TAG, { name, value });
    },
    release(name) {
      if (settings) settings.release = String(name);
    },
    page: (name) => tell(PAGE_TAG, { name }),
    report: (reason) => tell(REPORT_TAG, { reason }),
    sessionUrl({ now = false } = {}) {
      const recording = visit?.recording();
      if (!settings || !recording) return null;
      const { session } = recording.identity;
      const seconds = (Date.now() - (sessionStart(session) ?? recording.startedAt)) / 1000;
      return `${settings.endpoint}/s/${session}${now ? `?at=${seconds.toFixed(1)}s` : ""}`;
    },
    flush: () => visit?.recording()?.flush() ?? Promise.resolve(),
    stop: () => visit?.end(false) ?? Promise.resolve(),
  };
  const safe = harmless(api);
  begin(given);
  const push = (...calls: Call[]): void => calls.forEach(([method, ...rest]) => call(safe, method, rest));
  return { ...safe, ...harmless({ push }) };
}

function call(api: Heatwright, method: keyof Heatwright, given: unknown[]): void {
  (api[method] as ((...given: unknown[]) => unknown) | undefined)?.(...given);
}

/** The same calls; a mistake in one of them is said on the console and never thrown. */
function harmless<Calls extends object>(api: Calls): Calls {
  const entries = Object.entries(api).map(([name, method]) => [
    name,
    (...given: unknown[]): unknown => {
      try {
        return (method as (...given: unknown[]) => unknown)(...given);
      } catch (error) {
        console.warn("heatwright:", error);
        return undefined;
      }
    },
  ]);
  return Object.fromEntries(entries) as Calls;
}
