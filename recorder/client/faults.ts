/** Errors of the tag's own: kept from the page, and counted in the recording. */

export interface Faults {
  /** `callback`, but what it throws is counted. */
  contained<A extends unknown[]>(callback: (...given: A) => void): (...given: A) => void;
  note(error: unknown): void;
  /** What has come together since it was last asked; null if nothing has. */
  take(): { count: number; first: string } | null;
}

/** Characters of an error's message that are kept: enough to find its place. */
const MESSAGE_CHARS = 200;

export function countFaults(): Faults {
  let count = 0;
  let first = "";
  const note = (error: unknown): void => {
    if (!count++) first = String((error as Error | null)?.message).slice(0, MESSAGE_CHARS);
  };
  return {
    note,
    contained:
      (callback) =>
      (...given) => {
        try {
          callback(...given);
        } catch (error) {
          note(error);
        }
      },
    take() {
      const taken = count ? { count, first } : null;
      count = 0;
      return taken;
    },
  };
}
