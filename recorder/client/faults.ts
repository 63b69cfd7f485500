/** Errors of the tag's own: kept from the page, and counted in the recording. */

/** Characters of an error's message that are told: enough to find its place. */
export const FAULT_CHARS = 200;

let count = 0;
let first = "";

export function noteFault(error: unknown): void {
  // Twice what is told, so that the cut after masking leaves half of nothing unmasked.
  if (!count++) first = String((error as Error | null)?.message).slice(0, 2 * FAULT_CHARS);
}

/** `callback`, but what it throws is counted. */
export function contained<A extends unknown[]>(
  callback: (...given: A) => void,
): (...given: A) => void {
  return (...given) => {
    try {
      callback(...given);
    } catch (error) {
      noteFault(error);
    }
  };
}

/** What has come together since it was last asked; null if nothing has. */
export function takeFaults(): { count: number; first: string } | null {
  const taken = count ? { count, first } : null;
  count = 0;
  return taken;
}
