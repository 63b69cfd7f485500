/** What goes wrong on the page: errors, rejections, `console.error`, files that do not load. */
import { blockedBy } from "./blocked";
import { ERROR_STACK_CHARS, ERROR_STACK_LINES, ERROR_TEXT_CHARS, ERRORS_PER_MINUTE } from "./limits";
import { listen, together } from "./listen";
import { meterOf } from "./meter";
import { patch } from "./patch";
import { ERROR_TAG } from "./tags";
import type { Realm, Stop, Watcher } from "./watch";
import { parseUrl, webUrl } from "./web-url";

/** What can be told of a value; `message` and `stack` still as the page has them. */
type Known = [name: string, message: string, stack: string];

/** Frames as V8 writes them, or as Firefox and Safari do; a message's own lines look otherwise. */
const FRAME = /^\s+at .*:\d+\)?$|^(\w+ code|\S*)@\S+:\d+$/;

/** Observers that were put off by a frame: browsers call it an error, nobody else does. */
const NOISE = /^ResizeObserver loop/;

/** All that is told of an error in another origin's script. */
const OPAQUE = /^Script error\.?$/;

/** A URL in a frame, up to the line and column behind it. */
const FRAME_URL = /(?:https?|file|blob|data|[\w-]+-extension):\S+?(?=(?::\d+){0,2}\)*,?(?:\s|$))/g;

/** Twice what is kept is masked, so that the cut never leaves half of something unmasked. */
const cut = (text: string): string => text.slice(0, 2 * ERROR_TEXT_CHARS);

/** Reads only what makes an error; of other objects no more than their type's name. */
function know(value: unknown, win: Realm): Known {
  try {
    if (value instanceof win.Error || value instanceof Error) {
      const { name, message, stack } = value;
      const lines = `${stack ?? ""}`;
      // V8 begins with the message, however long.
      const from = Math.max(0, lines.indexOf("\n    at "));
      const frames = lines.slice(from, from + 2 * ERROR_STACK_CHARS);
      return [plainName(name), cut(`${message}`), frames];
    }
    if (Object(value) !== value) return ["", cut(String(value)), ""];
    return ["", plainName((value as object).constructor?.name, "Object"), ""];
  } catch {
    return ["", "?", ""];
  }
}

/** A class's name; whatever else a page puts there is nobody's business. */
const plainName = (name: unknown, otherwise = "Error"): string =>
  typeof name === "string" && /^[\w$]{1,60}$/.test(name) ? name : otherwise;

export const watchErrors: Watcher = (watch) => {
  const { contained, redactor } = watch;
  const blocked = blockedBy(watch.settings);
  const meter = meterOf(watch, ERROR_TAG, ERRORS_PER_MINUTE);

  const isStrict = watch.settings.mask === "strict";

  const tellable = (href: string): string => webUrl(redactor, parseUrl(href));

  const frames = (stack: string): string | undefined =>
    stack
      .split("\n")
      .filter((line) => FRAME.test(line))
      .slice(0, ERROR_STACK_LINES)
      .map((line) => line.trim().replace(FRAME_URL, (url) => tellable(url)))
      .join("\n")
      .slice(0, ERROR_STACK_CHARS) || undefined;

  const tell = (kind: string, [name, message, stack]: Known, place?: object): void =>
    meter.tell(kind + name + message + stack, () => ({
      kind,
      name: name || undefined,
      message: redactor.text(message).slice(0, ERROR_TEXT_CHARS),
      stack: frames(stack),
      ...place,
    }));

  const tellResource = (element: Element): void => {
    if (element.closest(blocked)) return;
    const { currentSrc } = element as HTMLImageElement;
    const given = currentSrc || element.getAttribute("src") || element.getAttribute("href");
    const url = given ? webUrl(redactor, parseUrl(given, element.baseURI), isStrict) : "";
    const tag = element.localName;
    meter.tell(tag + url, () => ({ kind: "resource", tag, url }));
  };

  const watchConsole = (win: Realm): Stop => {
    // A getter that is read for its error may log again.
    let busy = false;
    const log = contained((given: unknown[]) => {
      if (busy) return;
      busy = true;
      const known = given.slice(0, 10).map((value) => know(value, win));
      const [name, , stack] = known.find((one) => one[2]) ?? ["", "", ""];
      const message = known.map(([type, text]) => (type ? `${type}: ${text}` : text)).join(" ");
      busy = false;
      tell("console", [name, cut(message), stack]);
    });
    return patch((win as unknown as { console: object }).console, "error", (call, _self, given) => {
      const result = call();
      log(given);
      return result;
    });
  };

  const stopWindows = watch.eachWindow((win) => {
    const onError = contained((event: Event) => {
      const { error, message, filename, lineno, colno } = event as ErrorEvent;
      if (event.target instanceof win.Element) return tellResource(event.target);
      // Anybody can dispatch a plain event of this name.
      if (typeof message !== "string" || NOISE.test(message)) return;
      const known: Known = error ? know(error, win) : ["", cut(message), ""];
      const source = tellable(filename) || undefined;
      const opaque = OPAQUE.test(message) || undefined;
      tell("error", known, { source, line: lineno, column: colno, opaque });
    });
    const onRejection = contained((event: PromiseRejectionEvent) =>
      tell("rejection", know(event.reason, win)),
    );
    return together(
      listen(win, "error", onError),
      listen(win, "unhandledrejection", onRejection),
      watchConsole(win),
    );
  });
  return together(stopWindows, meter.stop);
};
