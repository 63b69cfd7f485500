/** Every limit of the tag, with unit and reason. Meeting one is never silent. */

// When a recording ends by itself; its last event then says which limit it met.

/** Mutations (added, removed and changed nodes) in a second that a page may make for long. */
export const MUTATIONS_PER_SECOND = 10_000;

/** Seconds in a row beyond `MUTATIONS_PER_SECOND`; a framework's first render takes one or two. */
export const STORM_SECONDS = 5;

/** Characters of one document's events: the server refuses to replay much more in one go. */
export const DOCUMENT_CHARS = 64 * 1024 * 1024;

/** Milliseconds of one document: nobody looks at one page for longer at a time. */
export const DOCUMENT_MS = 4 * 3_600_000;

/** A session ends after this much idle time (milliseconds): the web analytics convention. */
export const SESSION_IDLE_MS = 30 * 60_000;

/** Milliseconds between two notes in storage that the session is alive. */
export const TOUCH_MS = 15_000;

// What the watchers tell.

/** Same errors, and what is beyond the two limits below, are counted for this long (milliseconds). */
export const METER_MS = 60_000;

/** Different errors a minute: a page that fails in more ways is not understood from more of them. */
export const ERRORS_PER_MINUTE = 30;

/** Requests a minute: three a second, more than any page that people look at needs for long. */
export const REQUESTS_PER_MINUTE = 180;

/** Characters of one message: a sentence or two. */
export const ERROR_TEXT_CHARS = 500;

/** Lines and characters of one stack: V8 itself keeps ten lines. */
export const ERROR_STACK_LINES = 20;
export const ERROR_STACK_CHARS = 2_000;

/** Characters of one response header: `server-timing` may list a server's every step. */
export const HEADER_CHARS = 200;

/** Milliseconds after which a scroll that rrweb has not told is told; it waits up to 100. */
export const SCROLL_MS = 120;

/** Milliseconds without a change before the layout environment is read again. */
export const SETTLED_MS = 300;

/** Milliseconds after which a pointer rests, and between two measurements. */
export const REST_MS = 400;

/** CSS pixels that a hand trembles while it rests. */
export const REST_SLACK_PX = 2;

/** Rests measured a minute: each may cost the page a layout. */
export const RESTS_PER_MINUTE = 40;

/** Bytes of a font file that a script loads by itself: more than most subsets have. They become
 * four times as many characters. A larger one is not recorded: replay shows the next in line. */
export const FONT_BYTES = 256 * 1024;

/** Milliseconds between two samples of one canvas. */
export const CANVAS_MS = 1000;

/** A canvas rests this many times as long as its last sample took: 2 % of the main thread. */
export const CANVAS_REST = 50;

/** Milliseconds that a sample may hold up the page: what browsers call a long task. */
export const CANVAS_SAMPLE_MS = 50;

/** A canvas that takes longer so often in a row is left alone; once may be the machine's doing. */
export const CANVAS_SLOW_SAMPLES = 3;

/** Pixels of a sample's longer side: enough to see what was on it. */
export const CANVAS_SIDE_PX = 1000;

/** Characters of all samples of one document. */
export const CANVAS_CHARS = 8 * 1024 * 1024;

// What the collector takes (`recorder/limits.py`); a batch with more would be refused whole.

/** Traits of a session, and the characters of their names and values. */
export const TRAITS = 32;
export const TRAIT_NAME_CHARS = 64;
export const TRAIT_VALUE_CHARS = 256;

/** Characters of a variant or a release. */
export const LABEL_CHARS = 200;

// Delivery.

/** Events wait at most this long (milliseconds). */
export const FLUSH_MS = 2000;

/** A driven browser may close at any time; its binding costs nothing. */
export const FLUSH_DRIVEN_MS = 200;

/**
 * Characters that wait before they are sent at once: what a beacon could still carry. Fewer would
 * only be more requests, of which each costs the page a millisecond.
 */
export const FLUSH_CHARS = 48 * 1024;

/** A batch holds about this many characters of events; a single larger event goes alone. */
export const BATCH_CHARS = 512 * 1024;

/**
 * All beacons of a page share a quota of 64 KiB in flight; this leaves room for the envelope.
 * What is beyond it when a page goes away may be lost, and shows as a gap in the sequence.
 */
export const LAST_BYTES = 48 * 1024;

/** Bodies from this size on (characters) are worth compressing. */
export const GZIP_FROM = 1024;

/** A request that outlives its page may hold 64 KiB; one of ours is under way at a time. */
export const KEEPALIVE_BYTES = 60 * 1024;

/** Waiting time before the first retry (milliseconds); it doubles up to the cap. */
export const RETRY_MS = 1000;
export const RETRY_CAP_MS = 60_000;

/** What a page may hold back while the collector is away (bytes, compressed); then recording stops. */
export const SPOOL_BYTES = 4 * 1024 * 1024;

// What is measured while the page is idle.

/** Masked texts on a page that are measured: with a handful of lines each, seconds of idle time. */
export const MEASURED_TEXTS = 20_000;

/** Time in one go (milliseconds): half a frame, so that no input has to wait for more. */
export const SLICE_MS = 8;

/** Milliseconds after which a slice is measured on a page that is never idle: lines change soon. */
export const MEASURED_WITHIN_MS = 2000;

/** Characters of the shortest text that is measured: the width of a letter would tell the letter. */
export const MEASURED_CHARS = 3;

/**
 * Milliseconds between two changes of a text that is measured again: one that follows what is
 * typed would tell each letter by how much wider it made the text.
 */
export const MEASURED_AGAIN_MS = 10_000;

/** Texts in one event: about 8 kB. */
export const WIDTHS_PER_EVENT = 400;

/** Milliseconds between two events with sizes of media. */
export const MEDIA_MS = 500;

// `on-error` mode.

/** What is kept before something goes wrong (milliseconds). */
export const BUFFER_MS = 60_000;

/** Characters kept at most; beyond it the tag begins anew with a fresh snapshot. */
export const BUFFER_CHARS = 16 * 1024 * 1024;

// Presses; see `press.ts`.

/** How far a pointer may slide (CSS pixels) during a click: the slop Chromium allows a finger. */
export const SLIP_PX = 15;

/** Milliseconds after which what was pressed is measured again: the page had time to change. */
export const PRESS_MS = 2000;

/** A press that got no click counts only if it was shorter (milliseconds): a long press is none. */
export const TAP_MS = 500;

/** A click comes within this time after the release (milliseconds); waiting for a second tap,
 * browsers take up to 350. */
export const CLICK_WAIT_MS = 500;
