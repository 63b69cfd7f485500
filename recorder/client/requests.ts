/**
 * The page's own requests: what was asked for, how it ended, how long it took. Never bodies,
 * never what was sent in headers. The patched functions are the originals to the page.
 */
import { HEADER_CHARS, REQUESTS_PER_MINUTE } from "./limits";
import { listen, together } from "./listen";
import { meterOf } from "./meter";
import { patch } from "./patch";
import { REQUEST_TAG } from "./tags";
import type { Realm, Stop, Watch, Watcher } from "./watch";
import { parseUrl, webUrl } from "./web-url";

interface Sent {
  kind: "fetch" | "xhr" | "beacon";
  method: string;
  /** Null where only the page's own code could tell. */
  url: URL | null;
  /** Of the page's clock, milliseconds. */
  at: number;
  signal?: AbortSignal;
  /** It goes to the collector. */
  ours?: boolean;
}

type Outcome = "failed" | "aborted" | undefined;

/** How it ended, and where, for what gave no URL that can be read. */
type Read = () => [
  status: number,
  url: string,
  header?: (name: string) => string | null | undefined,
];

const nothing: Read = () => [0, ""];

interface Notes {
  /** What is about to be asked for; `given` is a URL or a request as the page gave it. */
  begin(kind: Sent["kind"], win: Realm, given: unknown, options?: unknown): Sent;
  end(sent: Sent, outcome: Outcome, read: Read): void;
  contained: Watch["contained"];
}

const now = (): number => performance.now();

/** Without calling a getter: that is the page's code, and runs once without us. */
const ownValue = (owner: unknown, name: string): unknown =>
  owner ? Object.getOwnPropertyDescriptor(owner, name)?.value : undefined;

function notesOf(watch: Watch, tell: (make: () => object) => void): Notes {
  const { contained, redactor } = watch;
  const { endpoint, responseHeaders, mask } = watch.settings;

  const fill = contained((sent: Sent, win: Realm, given: unknown, options: unknown) => {
    if (win.closed) return;
    const request = given instanceof win.Request ? given : null;
    const verb = ownValue(options, "method") ?? request?.method;
    if (typeof verb === "string") sent.method = verb.toUpperCase().slice(0, 20);
    sent.signal = (ownValue(options, "signal") as AbortSignal | undefined) ?? request?.signal;
    // Of other objects only their `toString` could tell: the page's code again.
    const isUrl = typeof given === "string" || given instanceof win.URL;
    const href = isUrl ? String(given) : request?.url;
    if (href === undefined) return;
    sent.url = parseUrl(href, win.document.baseURI);
    sent.ours = !!endpoint && sent.url?.href.startsWith(endpoint + "/");
  });

  const end = contained(({ kind, method, url, at, signal }: Sent, outcome: Outcome, read: Read) =>
    tell(() => {
      const duration = Math.round(now() - at);
      const [status, last, header] = read();
      const whole = url ?? parseUrl(last);
      if (whole) whole.search = whole.hash = "";
      const full = webUrl(redactor, whole, mask === "strict");
      const { origin } = location;
      const headers: Record<string, string> = {};
      for (const name of responseHeaders) {
        const value = header?.(name);
        if (value) headers[name] = redactor.data(value).slice(0, HEADER_CHARS);
      }
      return {
        kind,
        method,
        url: full.startsWith(origin + "/") ? full.slice(origin.length) : full,
        status,
        duration,
        outcome: outcome && signal?.aborted ? "aborted" : outcome,
        headers,
      };
    }),
  );

  return {
    contained,
    begin(kind, win, given, options) {
      const sent: Sent = { kind, method: "GET", url: null, at: now() };
      fill(sent, win, given, options);
      return sent;
    },
    end,
  };
}

/**
 * The page gets a promise that follows fetch's own. Listening beside it would not do: it makes
 * a rejection that nobody handles count as handled, or one that is handled fire as unhandled.
 */
function watchFetch(win: Realm, { begin, end }: Notes): Stop {
  // A frame that was removed has lost it, and its functions can still be called.
  const { Promise } = win;
  return patch(win, "fetch", (call, _self, [given, options]) => {
    const sent = begin("fetch", win, given, options);
    const answer = call() as Promise<Response>;
    if (sent.ours || !(answer instanceof Promise)) return answer;
    return answer.then(
      (response) => {
        const header = (name: string): string | null => response.headers.get(name);
        end(sent, undefined, () => [response.status, response.url, header]);
        return response;
      },
      (reason) => {
        end(sent, "failed", nothing);
        throw reason;
      },
    );
  });
}

/** By the last event of a request that did not load. */
const OUTCOMES: Record<string, Outcome> = { error: "failed", timeout: "failed", abort: "aborted" };

function watchXhr(win: Realm, { begin, end, contained }: Notes): Stop {
  const opened = new WeakMap<object, Sent>();
  const underWay = new Map<object, [Sent, Stop]>();
  const start = contained((xhr: XMLHttpRequest, sent: Sent) => {
    const onEnd = ({ type }: Event): void => finish(xhr, type);
    underWay.set(xhr, [sent, listen(xhr, "load error timeout abort", onEnd)]);
  });
  const finish = contained((xhr: XMLHttpRequest, last: string) => {
    const [sent, stop] = underWay.get(xhr) ?? [];
    if (!sent) return;
    underWay.delete(xhr);
    stop?.();
    end(sent, OUTCOMES[last], () => [xhr.status, xhr.responseURL, headerOf(xhr)]);
  });

  const prototype = win.XMLHttpRequest.prototype;
  const stopOpen = patch(prototype, "open", (call, self, [method, url]) => {
    const xhr = self as XMLHttpRequest;
    // A page's own load handler may come before ours and use the object again.
    if (underWay.has(xhr) && xhr.readyState === 4) finish(xhr, "load");
    const result = call();
    // Opened again, it drops what is under way without an event.
    finish(xhr, "abort");
    opened.set(xhr, begin("xhr", win, url, { method }));
    return result;
  });
  const stopSend = patch(prototype, "send", (call, self) => {
    const xhr = self as XMLHttpRequest;
    const sent = opened.get(xhr);
    if (!sent || sent.ours) return call();
    opened.delete(xhr);
    sent.at = now();
    start(xhr, sent);
    try {
      return call();
    } catch (error) {
      // Synchronous requests fire no event when they fail.
      finish(xhr, "error");
      throw error;
    }
  });
  return together(stopOpen, stopSend, () => underWay.forEach(([, stop]) => stop()));
}

/** Asking for one header that the page may not read makes browsers complain in the console. */
function headerOf(xhr: XMLHttpRequest): (name: string) => string | undefined {
  const lines = xhr.getAllResponseHeaders().split("\r\n");
  return (name) =>
    lines.find((line) => line.toLowerCase().startsWith(name + ": "))?.slice(name.length + 2);
}

const watchBeacon = (win: Realm, { begin, end }: Notes): Stop =>
  patch(win.Navigator.prototype, "sendBeacon", (call, _self, [url]) => {
    const sent = begin("beacon", win, url, { method: "POST" });
    const queued = call();
    if (!sent.ours) end(sent, queued ? undefined : "failed", nothing);
    return queued;
  });

export const watchRequests: Watcher = (watch) => {
  const meter = meterOf(watch, REQUEST_TAG, REQUESTS_PER_MINUTE);
  const notes = notesOf(watch, (make) => meter.tell({}, make));
  const stopWindows = watch.eachWindow((win) =>
    together(watchFetch(win, notes), watchXhr(win, notes), watchBeacon(win, notes)),
  );
  return together(stopWindows, meter.stop);
};
