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

/** `failed` is for now; `retryMs` is what the server asked to wait. */
export interface Outcome {
  became: "kept" | "refused" | "failed";
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

export function transportFor(settings: Settings): Transport {
  const binding = window.__heatwrightSend;
  if (settings.driven && binding) return bindingTransport(binding);
  return httpTransport(`${settings.endpoint}/v1/batches`);
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

function httpTransport(url: string): Transport {
  const given = new AbortController();

  /** Rejects where there is no answer at all. */
  const post = async (parcel: Parcel, keepalive: boolean): Promise<Outcome> => {
    // Not even the second attempt of what was under way.
    if (given.signal.aborted) return FAILED;
    parcel.outlives = keepalive;
    try {
      const response = await fetchNow(url, {
        method: "POST",
        credentials: "omit",
        mode: "cors",
        referrerPolicy: "no-referrer",
        keepalive,
        // Without headers of ours no preflight is due, which would cost a way there and back and
        // dies with its page. Gzip tells itself by its first bytes.
        body: parcel.body,
        signal: given.signal,
      });
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
      await pack(parcel);
      const small = new Blob([parcel.body]).size < KEEPALIVE_BYTES;
      return (
        post(parcel, small)
          // The page's own keepalive requests may have used up the quota that all of them share.
          .catch(() => (small ? post(parcel, false) : FAILED))
          .catch(() => FAILED)
      );
    },
    sendLast({ body, outlives }) {
      if (outlives || given.signal.aborted) return;
      if (navigator.sendBeacon?.(url, body)) return;
      fetchNow(url, { method: "POST", credentials: "omit", body }).catch(() => undefined);
    },
    abort: () => given.abort(),
  };
}

function judge(response: Response): Outcome {
  if (response.ok) return { became: "kept" };
  if (response.status < 500 && response.status !== 429) return { became: "refused" };
  const seconds = Number(response.headers.get("Retry-After"));
  return { became: "failed", retryMs: seconds > 0 ? seconds * 1000 : 0 };
}

/** The browser compresses in threads of its own. */
async function pack(parcel: Parcel): Promise<void> {
  const { body } = parcel;
  if (typeof body !== "string" || body.length < GZIP_FROM) return;
  if (typeof CompressionStream === "undefined") return;
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
  parcel.body = await new Response(stream).arrayBuffer();
}

/** Bytes of gzip, or characters of JSON: what a parcel takes in memory. */
export const sizeOf = ({ body }: Parcel): number =>
  typeof body === "string" ? body.length : body.byteLength;
