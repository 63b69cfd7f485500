/** What is told of a form field's value: that there is one, or, of secrets, not even that. */

/** Every masked value shows the same, so that not even its length is told. */
const INPUT_MASK = "********";

/** Autofill's own words for payment, passwords and one-time codes (WHATWG HTML 4.10.18.7). */
const SECRET_PURPOSE = /(?:^|\s)(?:cc-\S+|one-time-code|current-password|new-password)(?:\s|$)/i;

/** What sites call such fields: parts of words, and words that are also parts of others. */
const SECRET_NAME =
  /card.?n(?:o|r|um)|cc.?num|cvc|cvv|iban|passw|passcode|(?:^|[^a-z])(?:pan|csc|ssn|pin|otp|tan)(?:[^a-z]|$)/i;

/** Fields that were password fields once: a site's "show password" turns them into text fields. */
const passwords = new WeakSet<Element>();

const attribute = (element: Element, name: string): string =>
  Element.prototype.getAttribute.call(element, name) ?? "";

/** rrweb's `maskInputFn`. A field that is not known is treated as a secret. */
export function maskInput(text: string, element: Element | null): string {
  return !element || isSecret(element) || !text ? "" : INPUT_MASK;
}

/** Whether nothing may be told of the field; it then stays so. */
export function isSecret(element: Element): boolean {
  if (passwords.has(element)) return true;
  const of = (name: string): string => attribute(element, name);
  const purpose = of("autocomplete");
  // `userPin` is two words.
  const names = `${of("name")} ${of("id")} ${purpose}`.replace(/([a-z])(?=[A-Z])/g, "$1 ");
  const secret =
    of("type").toLowerCase() === "password" ||
    Element.prototype.hasAttribute.call(element, "data-rr-is-password") ||
    SECRET_PURPOSE.test(purpose) ||
    SECRET_NAME.test(names);
  if (secret) passwords.add(element);
  return secret;
}
