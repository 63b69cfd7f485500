/** The two ways out of the page: HTTP to a collector, or a binding of the driving browser. */
import { GZIP_FROM, KEEPALIVE_BYTES } from "./limits";
import type { Settings } from "./settings";

/** One batch on its way: its JSON, and what was made of it for the wire. */
export interface Parcel {
  text: string;
  packed?: ArrayBuffer;
  /** Under way in a request that outlives its page: nothing more can be done for it. */
  outlives?: boolean;
}

/** `failed` is for now; `retryMs` is what the server asked to wait. */
export interface Outcome {
  became: "kept" | "refused" | "failed";
  retryMs?: number;
}

export interface Transport {
  /** Resolves once the parcel is acknowledged, refused for good, or failed for now. */
  send(parcel: Parcel): Promise<Outcome>;
  /** Last chance, while the page goes away; nothing is waited for. */
  sendLast(parcel: Parcel): void;
  /** Takes back what is under way. */
  abort(): void;
}

const FAILED: Outcome = { became: "failed" };

/**
 * Nothing of the site's goes along: no cookies, no address of the page. And without headers of
 * ours no preflight is due, which would cost a way there and back and dies with its page.
 */
const PLAIN: RequestInit = {
  method: "POST",
  credentials: "omit",
  mode: "cors",
  referrerPolicy: "no-referrer",
};

/** The page's own, as it was when the tag came: what others patch later is not our business. */
const fetchNow = window.fetch?.bind(window);

export function transportFor(settings: Settings): Transport {
  const binding = window.__heatwrightSend;
  if (settings.driven && binding) return bindingTransport(binding);
  return httpTransport(`${settings.endpoint}/v1/batches`);
}

function bindingTransport(binding: (batch: string) => Promise<void>): Transport {
  return {
    send: ({ text }) =>
      binding(text).then(
        () => ({ became: "kept" }),
        () => FAILED,
      ),
    sendLast: ({ text }) => void binding(text).catch(() => undefined),
    abort: () => undefined,
  };
}

function httpTransport(url: string): Transport {
  let underWay: AbortController | null = null;
  /** Bytes that may still leave while the page goes away. */
  let quota = KEEPALIVE_BYTES;

  /** Rejects where there is no answer at all. */
  const post = async (parcel: Parcel, keepalive: boolean): Promise<Outcome> => {
    underWay = new AbortController();
    parcel.outlives = keepalive;
    try {
      const response = await fetchNow(url, {
        ...PLAIN,
        keepalive,
        // Gzip tells itself by its first bytes.
        body: parcel.packed ?? parcel.text,
        signal: underWay.signal,
      });
      // Until its answer is read, a keepalive request counts against the 64 KiB in flight.
      await response.arrayBuffer();
      return judge(response);
    } finally {
      parcel.outlives = false;
      underWay = null;
    }
  };

  return {
    async send(parcel) {
      await pack(parcel);
      const small = sizeOf(parcel) < KEEPALIVE_BYTES;
      return (
        post(parcel, small)
          // The page's own keepalive requests may have used up the quota that all of them share.
          .catch(() => (small ? post(parcel, false) : FAILED))
          .catch(() => FAILED)
      );
    },
    sendLast({ text, packed, outlives }) {
      if (outlives) return;
      const body = packed ?? text;
      const size = sizeOf({ text, packed });
      // A beacon carries cookies and the page's address: only where nothing else outlives a page.
      if (!("keepalive" in Request.prototype) && navigator.sendBeacon?.(url, body)) return;
      // It would be too late to try again without once it is refused.
      const keepalive = (quota -= size) > 0;
      fetchNow(url, { ...PLAIN, keepalive, body })
        .catch(() => undefined)
        .finally(() => (quota += size));
    },
    abort: () => underWay?.abort(),
  };
}

const sizeOf = ({ text, packed }: Parcel): number => packed?.byteLength ?? new Blob([text]).size;

function judge(response: Response): Outcome {
  if (response.ok) return { became: "kept" };
  if (response.status < 500 && response.status !== 429) return { became: "refused" };
  const seconds = Number(response.headers.get("Retry-After"));
  return { became: "failed", retryMs: seconds > 0 ? seconds * 1000 : 0 };
}

/** The browser compresses in threads of its own. */
async function pack(parcel: Parcel): Promise<void> {
  if (parcel.packed || parcel.text.length < GZIP_FROM) return;
  if (typeof CompressionStream === "undefined") return;
  const stream = new Blob([parcel.text]).stream().pipeThrough(new CompressionStream("gzip"));
  parcel.packed = await new Response(stream).arrayBuffer();
}
