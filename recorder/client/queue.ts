/**
 * Events become numbered batches; a batch stays until it is acknowledged.
 *
 * One batch is under way at a time. When the page goes away, everything that
 * is not yet acknowledged goes out at once: the server recognises repeats by
 * document and sequence number.
 */
import type { eventWithTime } from "@rrweb/types";
import type { Identity } from "./identity";
import type { Settings } from "./settings";
import type { Transport } from "./transport";

const FULL_SNAPSHOT = 2;

/** Events wait at most this long (milliseconds). */
const FLUSH_MS = 2000;
/** A driven browser may close at any time; its binding costs nothing. */
const FLUSH_DRIVEN_MS = 200;
/** A batch holds about this many characters of events; a single larger event goes alone. */
const BATCH_CHARS = 512 * 1024;
/**
 * All beacons of a page share a quota of 64 KiB in flight; this leaves room for the envelope.
 * What is beyond it when a page goes away may be lost, and shows as a gap in the sequence.
 */
const LAST_BYTES = 48 * 1024;
/** Waiting time before the first retry (milliseconds); it doubles up to the cap. */
const RETRY_MS = 1000;
const RETRY_CAP_MS = 60_000;
/** What a page may hold back while the collector is away (characters); then recording stops. */
const SPOOL_CHARS = 8 * 1024 * 1024;

export class BatchQueue {
  private waiting: string[] = [];
  private waitingChars = 0;
  private spool: string[] = [];
  private spoolChars = 0;
  private sequence = 0;
  private timer: number | undefined;
  private underWay: Promise<void> | null = null;
  private retryMs = RETRY_MS;

  constructor(
    private readonly settings: Settings,
    private readonly identity: Identity,
    private readonly startedAt: number,
    /** The document's own URL: routes change `location` later. */
    private readonly url: string,
    private readonly transport: Transport,
    private readonly onGiveUp: () => void,
  ) {}

  add(event: eventWithTime): void {
    const text = JSON.stringify(event);
    if (this.waitingChars && this.waitingChars + text.length > BATCH_CHARS) this.seal();
    this.waiting.push(text);
    this.waitingChars += text.length;
    // Without its snapshot a document is nothing, and it is too large for a beacon: it goes first.
    if (event.type === FULL_SNAPSHOT) this.schedule(0);
    else if (this.timer === undefined) this.schedule(this.settings.driven ? FLUSH_DRIVEN_MS : FLUSH_MS);
  }

  /** Sends all that waits; resolves when it is acknowledged or has failed for now. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.seal();
    this.underWay ??= this.drain().finally(() => (this.underWay = null));
    await this.underWay;
    if (this.spool.length && this.timer === undefined) {
      this.schedule(this.retryMs * (0.5 + Math.random()));
    }
  }

  /** The page goes away: everything unacknowledged, the rest in pieces that a beacon can carry. */
  flushLast(): void {
    this.seal(LAST_BYTES, (text) => new Blob([text]).size);
    for (const batch of this.spool) this.transport.sendLast(batch);
  }

  drop(): void {
    clearTimeout(this.timer);
    this.waiting = [];
    this.spool = [];
  }

  private schedule(delay: number): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.flush(), delay);
  }

  private async drain(): Promise<void> {
    for (let batch = this.spool[0]; batch !== undefined; batch = this.spool[0]) {
      const outcome = await this.transport.send(batch);
      if (outcome === "failed") {
        this.retryMs = Math.min(this.retryMs * 2, RETRY_CAP_MS);
        return;
      }
      this.retryMs = RETRY_MS;
      if (this.spool[0] === batch) this.spoolChars -= this.spool.shift()?.length ?? 0;
      if (outcome === "refused") return this.onGiveUp();
    }
  }

  /** Turns what waits into batches of at most `limit` by `sizeOf`, in characters unless told. */
  private seal(limit = BATCH_CHARS, sizeOf = (text: string): number => text.length): void {
    let piece: string[] = [];
    let size = 0;
    for (const text of this.waiting) {
      if (size && size + sizeOf(text) > limit) {
        this.spoolBatch(piece);
        piece = [];
        size = 0;
      }
      piece.push(text);
      size += sizeOf(text);
    }
    if (piece.length) this.spoolBatch(piece);
    this.waiting = [];
    this.waitingChars = 0;
    if (this.spoolChars > SPOOL_CHARS) this.onGiveUp();
  }

  private spoolBatch(events: string[]): void {
    const { key, traits, variant, release, driven } = this.settings;
    const head = JSON.stringify({
      v: 1,
      key,
      ...this.identity,
      sequence: this.sequence++,
      url: this.url,
      started_at: this.startedAt,
      sent_at: Date.now(),
      traits,
      variant,
      release,
      device: driven?.device ?? null,
    });
    const batch = `${head.slice(0, -1)},"events":[${events.join(",")}]}`;
    this.spool.push(batch);
    this.spoolChars += batch.length;
  }
}
