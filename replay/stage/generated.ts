/** Ids and class names that tools make: anew for each build or each visit. */

/** Digits in a row, hashes, numbers of frameworks. */
const GENERATED =
  /\d{3,}|^(?:[a-f0-9]{6,}|:r[\w]*:|«r[\w]*»|(?:ember|react|mui|headlessui|radix|ng|__)[\w:-]*\d)|[_-][a-z0-9]*\d[a-z0-9]{3,}$/i;

/** A name of the page's own, and what its bundler has put behind it: `card_title__Xy3kQ`. */
const WITH_HASH = /^([a-z][\w-]*?)(?:__|--|_|-)(?=[\w-]*[A-Z0-9])[A-Za-z0-9]{5,8}$/i;

/** Prefixes of libraries that name all classes by hashes, and of attributes that stand for scopes. */
const HASHED = /^jss\d+$|^(?:css|sc|jss|jsx|svelte|emotion|makeStyles|tss|astro|v|_)-?_?[a-zA-Z0-9]{4,}$/;

/** Mixed cases and digits without a word: `dXk9Qz`, but not `portfolioModal1`. */
const JUMBLED = /^(?![A-Za-z][a-z]+(?:[A-Z][a-z]+)*\d{1,2}$)(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9]{5,}$|^[bcdfghjklmnpqrstvwxz]{5,}$/;

export const looksGenerated = (token: string): boolean => GENERATED.test(token);

/**
 * What a class name says that another build would say, too: the name itself, its stem without the
 * hash, or null if nothing is left.
 */
export function lasting(name: string): string | null {
  const isWord = /^(?:css|sc|v)-[a-z]+$/.test(name) && name.length < 8;
  if (!isWord && HASHED.test(name) && /\d|[A-Z]/.test(name.slice(2))) return null;
  if (JUMBLED.test(name)) return null;
  const stem = WITH_HASH.exec(name)?.[1];
  if (stem && /[A-Z]|\d/.test(name.slice(stem.length))) return stem;
  return looksGenerated(name) ? null : name;
}
