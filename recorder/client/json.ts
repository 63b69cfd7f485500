/** JSON as it is meant, on pages whose old libraries teach arrays and texts another one. */

const TAUGHT = [Object, Array, String, Number].map(({ prototype }) => prototype as { toJSON?: unknown });

/** `JSON.stringify`, without what prototype.js before 1.7 and its like make of arrays. */
export function toJson(value: unknown): string {
  const taught = TAUGHT.filter((prototype) => Object.prototype.hasOwnProperty.call(prototype, "toJSON"));
  if (!taught.length) return JSON.stringify(value);
  const methods = taught.map((prototype) => prototype.toJSON);
  try {
    for (const prototype of taught) delete prototype.toJSON;
    return JSON.stringify(value);
  } finally {
    taught.forEach((prototype, i) => (prototype.toJSON = methods[i]));
  }
}
