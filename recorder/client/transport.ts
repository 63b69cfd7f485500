/** The two ways out of the page: HTTP to a collector, or a binding of the driving browser. */
import { GZIP_FROM, KEEPALIVE_BYTES } from "./limits";
import type { Settings } from "./settings";

/** One batch on its way. */
export interface Parcel {
  /** JSON, or gzip of it. */
  body: string | ArrayBuffer;
  /** Under way in a request that outlives its page: nothing more can be done for it. */
  outlives?: boolean;
}

/** `failed` is for now; `retryMs` is what the server asked to wait; `erased` is for ever. */
export interface Outcome {
  became: "kept" | "refused" | "failed" | "erased";
  retryMs?: number;
}

export interface Transport {
  /** Makes the parcel smaller, off the main thread; resolves in any case. */
  pack(parcel: Parcel): Promise<void>;
  /** Resolves once the parcel is acknowledged, refused for good, or failed for now. */
  send(parcel: Parcel): Promise<Outcome>;
  /** Last chance, while the page goes away; nothing is waited for. */
  sendLast(parcel: Parcel): void;
  /** Takes back what is under way; nothing is sent any more. */
  abort(): void;
}

const FAILED: Outcome = { became: "failed" };

/** The page's own, as it was when the tag came: what others patch later is not our business. */
const fetchNow = window.fetch?.bind(window);

/** `isForgotten` says whether the visitor withdrew since, here or in another tab. */
export function transportFor(settings: Settings, isForgotten: () => boolean): Transport {
  const binding = window.__heatwrightSend;
  if (settings.driven && binding) return bindingTransport(binding);
  return httpTransport(`${settings.endpoint}/v1/batches`, isForgotten);
}

function bindingTransport(binding: (batch: string) => Promise<void>): Transport {
  return {
    pack: () => Promise.resolve(),
    send: ({ body }) =>
      binding(body as string).then(
        () => ({ became: "kept" }),
        () => FAILED,
      ),
    sendLast: ({ body }) => void binding(body as string).catch(() => undefined),
    abort: () => undefined,
  };
}

/** What may be under way in requests that outlive the page, by the browser's rule (bytes). */
const canOutlive = (): boolean => "keepalive" in Request.prototype;

function httpTransport(url: string, isForgotten: () => boolean): Transport {
  const given = new AbortController();
  /** Bytes handed over while the page goes away. */
  let leaving = 0;

  /** Rejects where there is no answer at all. */
  const request = (body: string | ArrayBuffer, keepalive: boolean): Promise<Response> =>
    fetchNow(url, {
      method: "POST",
      credentials: "omit",
      mode: "cors",
      referrerPolicy: "no-referrer",
      keepalive,
      // Without headers of ours no preflight is due, which would cost a way there and back and
      // dies with its page. Gzip tells itself by its first bytes.
      body,
      signal: given.signal,
    });

  const post = async (parcel: Parcel, keepalive: boolean): Promise<Outcome> => {
    if (given.signal.aborted || isForgotten()) return { became: "refused" };
    parcel.outlives = keepalive;
    try {
      const response = await request(parcel.body, keepalive);
      // Until its answer is read, a keepalive request counts against the 64 KiB in flight.
      await response.arrayBuffer();
      return judge(response);
    } finally {
      parcel.outlives = false;
    }
  };

  return {
    pack,
    async send(parcel) {
      leaving = 0;
      await pack(parcel);
      const small = canOutlive() && bytesOf(parcel.body) < KEEPALIVE_BYTES;
      return (
        post(parcel, small)
          // The page's own keepalive requests may have used up the quota that all of them share.
          .catch(() => (small ? post(parcel, false) : FAILED))
          .catch(() => FAILED)
      );
    },
    sendLast(parcel) {
      if (parcel.outlives || given.signal.aborted || isForgotten()) return;
      const { body } = parcel;
      leaving += bytesOf(body);
      // A beacon carries cookies, and no origin where the page's policy hides its referrer: it is
      // for browsers that have nothing better, and for what goes beyond the quota.
      const keepalive = canOutlive() && leaving < KEEPALIVE_BYTES;
      if (!keepalive && navigator.sendBeacon?.(url, body)) return;
      request(body, keepalive).catch(() => undefined);
    },
    abort: () => given.abort(),
  };
}

/** What no second attempt would change: the batch itself is wrong, or nobody's. */
const REFUSED = [400, 401, 403, 409, 413, 415, 422];

function judge({ ok, status, headers }: Response): Outcome {
  if (ok) return { became: "kept" };
  // What is stored of this visitor was erased, here it is forgotten.
  if (status === 410) return { became: "erased" };
  if (REFUSED.includes(status)) return { became: "refused" };
  const seconds = Number(headers.get("Retry-After"));
  return { became: "failed", retryMs: seconds > 0 ? seconds * 1000 : 0 };
}

/** The browser compresses in threads of its own. */
async function pack(parcel: Parcel): Promise<void> {
  const { body } = parcel;
  if (typeof body !== "string" || body.length < GZIP_FROM) return;
  try {
    const gzip = new CompressionStream("gzip");
    const writer = gzip.writable.getWriter();
    // Errors come out at the other end. Not a `Blob`: browsers make those in another process, and
    // handing it the text takes longer than all the rest.
    writer.write(utf8(body)).catch(() => undefined);
    writer.close().catch(() => undefined);
    parcel.body = await new Response(gzip.readable).arrayBuffer();
  } catch {
    // The browser has none, or the page put something else there: it goes as it is.
  }
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** Bytes that `body` has on the wire. */
export const bytesOf = (body: string | ArrayBuffer): number =>
  (typeof body === "string" ? utf8(body) : body).byteLength;

/** Of JSON, gzip leaves an eighth or less. */
const SHRINKS_TO = 1 / 8;

/** Bytes of gzip that a parcel takes, or will take once it is packed. */
export const sizeOf = ({ body }: Parcel): number =>
  typeof body === "string" ? body.length * SHRINKS_TO : body.byteLength;
