/**
 * Events become numbered batches; a batch stays until it is acknowledged.
 *
 * One batch is under way at a time. When the page goes away, everything that
 * is not yet acknowledged goes out at once: the server recognises repeats by
 * document and sequence number.
 */
import type { Identity } from "./identity";
import { toJson } from "./json";
import { later, never } from "./later";
import * as limits from "./limits";
import type { Settings } from "./settings";
import { bytesOf, sizeOf, type Parcel, type Transport } from "./transport";

export interface Queue {
  /** Takes the JSON of one event; `urgent` ones do not wait for others. */
  add(text: string, urgent: boolean): void;
  /**
   * Sends all that waits, unless the collector is away; resolves when it is acknowledged or has
   * failed for now.
   */
  flush(): Promise<void>;
  /** The network is back: there is no need to wait out the time until the next attempt. */
  resume(): Promise<void>;
  /** The page goes away: everything unacknowledged, in pieces that a beacon can carry. */
  flushLast(): void;
  /** Forgets what was not sent, and takes back what is under way. */
  drop(): void;
}

export interface QueueOwner {
  settings: Settings;
  identity: Identity;
  /** Epoch milliseconds at which the document began. */
  startedAt: number;
  /** The document's own URL: routes change `location` later. */
  url: string;
  /** What is known of the session now, redacted: traits, variant, release, device. */
  describe(): object;
  /** More waits than may be held back. */
  onFull(): void;
  /** The collector will not take anything of this recording, ever; or of the visitor, who was erased. */
  onRefused(erased: boolean): void;
}

export function createQueue(owner: QueueOwner, transport: Transport): Queue {
  const { settings, identity, startedAt, url } = owner;
  const patience = settings.driven ? limits.FLUSH_DRIVEN_MS : limits.FLUSH_MS;
  let waiting: string[] = [];
  let waitingChars = 0;
  let spool: Parcel[] = [];
  let sequence = 0;
  let timer: number | undefined;
  let dueAt = Infinity;
  let underWay: Promise<void> | null = null;
  let retryMs = limits.RETRY_MS;
  /** The collector is away: only the retry's own timer counts. */
  let backingOff = false;

  const schedule = (delay: number): void => {
    const at = Date.now() + delay;
    if (at >= dueAt) return;
    unschedule();
    dueAt = at;
    timer = later(() => void resume(), delay);
  };

  const unschedule = (): void => {
    never(timer);
    dueAt = Infinity;
  };

  const putAside = (events: string[]): void => {
    const head = toJson({
      v: 1,
      key: settings.key,
      ...identity,
      sequence: sequence++,
      url,
      started_at: startedAt,
      sent_at: Date.now(),
      ...owner.describe(),
    });
    const text = `${head.slice(0, -1)},"events":[${events.join(",")}]}`;
    const parcel: Parcel = { body: text };
    spool.push(parcel);
    // What has to wait long takes little room.
    if (spool.length > 1) void transport.pack(parcel);
  };

  /** Turns what waits into batches of at most `limit` by `weigh`, in characters unless told. */
  const seal = (limit = limits.BATCH_CHARS, weigh = (text: string): number => text.length): void => {
    let piece: string[] = [];
    let size = 0;
    for (const text of waiting) {
      if (size && size + weigh(text) > limit) {
        putAside(piece);
        piece = [];
        size = 0;
      }
      piece.push(text);
      size += weigh(text);
    }
    if (piece.length) putAside(piece);
    waiting = [];
    waitingChars = 0;
    // The first is on its way, and nothing has kept the last from leaving yet: those may be as large
    // as they like.
    const held = spool.slice(1, -1).reduce((sum, parcel) => sum + sizeOf(parcel), 0);
    if (held > limits.SPOOL_BYTES) owner.onFull();
  };

  const drain = async (): Promise<void> => {
    for (let parcel = spool[0]; parcel; parcel = spool[0]) {
      const { became, retryMs: asked } = await transport.send(parcel);
      if (became === "failed") {
        const wait = Math.max(asked ?? 0, retryMs);
        retryMs = Math.min(retryMs * 2, limits.RETRY_CAP_MS);
        // Jitter: pages that failed together do not come back together.
        unschedule();
        if (spool.length) schedule(wait * (0.75 + Math.random() / 2));
        backingOff = true;
        return;
      }
      retryMs = limits.RETRY_MS;
      if (spool[0] === parcel) spool.shift();
      if (became !== "kept") return owner.onRefused(became === "erased");
    }
  };

  const resume = (): Promise<void> => {
    backingOff = false;
    return flush();
  };

  const flush = async (): Promise<void> => {
    seal();
    if (backingOff) return;
    unschedule();
    // One that is about to end may not see what was sealed just now.
    await underWay;
    if (spool.length && !backingOff) await (underWay ??= drain().finally(() => (underWay = null)));
  };

  return {
    add(text, urgent) {
      if (waitingChars && waitingChars + text.length > limits.BATCH_CHARS) seal();
      waiting.push(text);
      waitingChars += text.length;
      if (!backingOff) schedule(urgent || waitingChars > limits.FLUSH_CHARS ? 0 : patience);
    },
    flush,
    resume,
    flushLast() {
      seal(limits.LAST_BYTES, bytesOf);
      spool.forEach(transport.sendLast);
    },
    drop() {
      unschedule();
      waiting = [];
      spool = [];
      transport.abort();
    },
  };
}
