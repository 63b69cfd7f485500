/** What a masked text looks like: as long as before, with its white space, and without its letters. */

/**
 * East Asian wide characters (UAX #11, without those beyond the basic plane). Their mask is as
 * wide as they are, and lines may break beside it as beside them.
 */
const WIDE =
  /[\u1100-\u115f\u2e80-\u2fff\u3001-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]/g;

/** Anything but white space, soft hyphens, and the invisible signs that allow or forbid a break. */
const SHOWN = /[^\s\u00ad\u200b-\u200d\uff0a]+/g;

/** `text` with one sign for each UTF-16 unit; masking it again changes nothing. */
export function maskText(text: string): string {
  const wide = /[\u1100-\uffff]/.test(text) ? text.replace(WIDE, "\uff0a") : text;
  return wide.replace(SHOWN, (run) => "*".repeat(run.length));
}
