/** The two ways out of the page: HTTP to a collector, or a binding of the driving browser. */
import type { Settings } from "./settings";

export type Outcome = "kept" | "refused" | "failed";

export interface Transport {
  /** Resolves once the batch is acknowledged, refused for good, or failed for now. */
  send(body: string): Promise<Outcome>;
  /** Last chance, while the page goes away; nothing is waited for. */
  sendLast(body: string): void;
}

/** Bodies from this size on (characters) are worth compressing. */
const GZIP_FROM = 1024;

/** A request that outlives its page may hold 64 KiB; one of ours is under way at a time. */
const KEEPALIVE_BYTES = 60 * 1024;

export function transportFor(settings: Settings): Transport {
  const binding = window.__heatwrightSend;
  if (settings.driven && binding) return bindingTransport(binding);
  return httpTransport(`${settings.endpoint}/v1/batches`);
}

function bindingTransport(binding: (batch: string) => Promise<void>): Transport {
  return {
    send: (body) =>
      binding(body).then(
        () => "kept" as const,
        () => "failed" as const,
      ),
    sendLast: (body) => void binding(body).catch(() => undefined),
  };
}

function httpTransport(url: string): Transport {
  return {
    async send(body) {
      const init = await request(body);
      try {
        return await outcome(url, init);
      } catch {
        // The page's own keepalive requests may have used up the quota that all of them share.
        return init.keepalive ? outcome(url, { ...init, keepalive: false }).catch(failed) : "failed";
      }
    },
    sendLast(body) {
      // text/plain needs no preflight, for which there is no time any more.
      if (!navigator.sendBeacon(url, new Blob([body], { type: "text/plain" }))) {
        void fetch(url, { method: "POST", body, headers: { "Content-Type": "text/plain" } }).catch(
          () => undefined,
        );
      }
    },
  };
}

const failed = (): Outcome => "failed";

/** Rejects where there is no answer at all. */
async function outcome(url: string, init: RequestInit): Promise<Outcome> {
  const response = await fetch(url, init);
  // Until its answer is read, a keepalive request counts against the 64 KiB in flight.
  await response.arrayBuffer();
  if (response.ok) return "kept";
  return response.status >= 500 || response.status === 429 ? "failed" : "refused";
}

async function request(text: string): Promise<RequestInit> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  let body = new Blob([text]);
  if (text.length >= GZIP_FROM && typeof CompressionStream !== "undefined") {
    const stream = body.stream().pipeThrough(new CompressionStream("gzip"));
    body = await new Response(stream).blob();
    headers["Content-Encoding"] = "gzip";
  }
  const keepalive = body.size < KEEPALIVE_BYTES;
  return { method: "POST", credentials: "omit", mode: "cors", keepalive, headers, body };
}
