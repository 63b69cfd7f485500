/**
 * What is masked at every level, wherever it stands: e-mail addresses, card numbers, IBANs and
 * phone numbers. `docs/masking.md` has the rules and what they leave alone on purpose.
 */
import { maskText } from "./text";

/**
 * Local part and labels have the lengths of RFC 5321 and 1035, which also bounds the search; any
 * sign beyond ASCII counts as a letter, which is a lot faster than to ask whether it is one.
 * `logo@2x.png` is a file; `react@18.2.0` a version, whose last label does not begin with a letter.
 */
const EMAIL =
  /[^\s@"'<>()[\],;:/=?&#]{1,64}(?:@|%40)(?!\d+(?:\.\d+)?x\.)(?:[^\s\0-,./:-@[-^`{-\x7f]{1,63}\.)+[^\s\0-@[-`{-\x7f][^\s\0-,./:-@[-^`{-\x7f]{1,62}/g;

/** Nothing but an address has fewer digits, nor digits so far apart. */
const MANY_DIGITS = /\d(?:\D{0,12}\d){7}/;

/** One look at a text is enough nearly always. */
const SUSPECT = /@|%40|\d(?:\D{0,12}\d){7}/;

/** As ISO 13616 prints them: in one piece, or in groups of four. */
const IBAN = /[a-z]{2}\d\d(?:[ \u00a0]?[a-z\d]{4}){2,7}(?:[ \u00a0]?[a-z\d]{1,3})?(?!\w)/gi;

/**
 * In one piece, in groups of four, or as Amex and Diners print them. No network's numbers begin
 * with 0, 7 or 9 alone; those with 1 would be timestamps in milliseconds far more often.
 */
const CARDS = [
  /[2-68]\d{12,18}(?!\w)/g,
  /[2-68]\d{3}([ \u00a0\u202f\u2010-\u2013-])\d{4}\1\d{4}\1\d{4}\1\d{1,3}(?!\w)/g,
  /[2-68]\d{3}([ \u00a0\u202f\u2010-\u2013-])\d{4}\1\d{4}\1\d{1,4}(?!\w)/g,
  /[2-68]\d{3}([ \u00a0\u202f\u2010-\u2013-])\d{6}\1\d{4,5}(?!\w)/g,
];

const CARD_DIGITS = /\d(?:\D?\d){12}/;

/** Leading + or 00, then 9 to 15 digits (ITU-T E.164 allows no more; shorter ones are rare). */
const INTERNATIONAL = /(?:\+|00)[1-9](?:[ \u00a0\u202f.()/\u2010-\u2013-]{0,2}\d){8,14}(?!\w)/g;

/** Trunk prefix 0, then an area code: 10 or 11 digits, or 9 that are grouped. */
const NATIONAL = /\(?0[1-9](?:[ \u00a0\u202f.()/\u2010-\u2013-]{0,2}\d){7,9}(?!\w)/g;

/** North America: 3, 3 and 4 digits, grouped; in one piece they could be any id. */
const AMERICAN = /\(?[2-9]\d\d(?:\) ?|[ \u00a0.\u2010-\u2013-])\d{3}[ \u00a0.\u2010-\u2013-]\d{4}(?!\w)/g;

const PHONES: [RegExp, (found: string) => number][] = [
  [INTERNATIONAL, (found) => found.length],
  [NATIONAL, nationalLength],
  [AMERICAN, (found) => found.length],
];

/** A day, a month and a year between the same signs, and no fourth number. */
const DATE = /^\d\d([ ./-])\d\d\1(?:(?:19|20)\d\d(?!\d)|\d\d(?!\d|\1))/;

/** Digits before such a number, or a decimal point, make it a part of something else. */
const PART_OF_MORE = /[\w.,]/;

/** `text` with every pattern masked; the same string if there is none. */
export function maskPatterns(text: string): string {
  if (!SUSPECT.test(text)) return text;
  const masked = maskOnce(text);
  // What was hidden may have stood in the way of a pattern beside it.
  return masked === text ? text : maskPatterns(masked);
}

function maskOnce(text: string): string {
  const mayHaveAddress = text.includes("@") || text.includes("%40");
  let masked = mayHaveAddress ? text.replace(EMAIL, maskText) : text;
  if (!MANY_DIGITS.test(masked)) return masked;
  masked = hide(masked, IBAN, ibanLength);
  if (CARD_DIGITS.test(masked)) for (const shape of CARDS) masked = hide(masked, shape, cardLength);
  // Numbers that happen to be a card's may end within one of these: it is looked for before, too.
  for (const [shape, length] of PHONES) {
    masked = both(text, hide(masked, shape, length), hide(text, shape, length));
  }
  return masked;
}

/** `text` without what either `one` or `other` does not show of it. */
const both = (text: string, one: string, other: string): string =>
  other === text ? one : one.replace(/[^]/g, (sign, at: number) => (other[at] === text[at] ? sign : (other[at] as string)));

/** Masks what has `shape` (a global expression), as many characters of it as `length` says. */
function hide(text: string, shape: RegExp, length: (found: string) => number): string {
  let done = "";
  let from = 0;
  shape.lastIndex = 0;
  for (let match; (match = shape.exec(text)); ) {
    const { index } = match;
    const end = PART_OF_MORE.test(text.charAt(index - 1)) ? index : index + length(match[0]);
    if (end > index) {
      done += text.slice(from, index) + maskText(text.slice(index, end));
      from = end;
    }
    // What was refused may begin a little later: behind another number, for instance.
    shape.lastIndex = Math.max(end, index + 1);
  }
  return done + text.slice(from);
}

/** Luhn's sum (ISO/IEC 7812-1). */
function cardLength(found: string): number {
  const digits = found.replace(/\D/g, "");
  let sum = 0;
  for (let i = 1; i <= digits.length; i++) {
    const digit = Number(digits[digits.length - i]) * (i % 2 ? 1 : 2);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return digits.length > 12 && sum % 10 === 0 ? found.length : 0;
}

/** The longest beginning that ends with a group and whose remainder by 97 is 1 (ISO 13616). */
function ibanLength(found: string): number {
  const value = (sign: string): number => parseInt(sign, 36);
  const head = Number(`${value(found.charAt(0))}${value(found.charAt(1))}${found.slice(2, 4)}`);
  let length = 0;
  let rest = 0;
  let signs = 4;
  for (let i = 4; i < found.length; i++) {
    const number = value(found.charAt(i));
    if (!(number >= 0)) continue;
    rest = (rest * (number > 9 ? 100 : 10) + number) % 97;
    const ends = !/\w/.test(found.charAt(i + 1));
    // The shortest, Norway's, have 15 signs.
    if (++signs > 14 && ends && (rest * 1_000_000 + head) % 97 === 1) length = i + 1;
  }
  return length;
}

function nationalLength(found: string): number {
  const digits = found.replace(/\D/g, "").length;
  const groups = found.split(/\D+/).length;
  return DATE.test(found) || (digits < 10 && groups < 3) ? 0 : found.length;
}
