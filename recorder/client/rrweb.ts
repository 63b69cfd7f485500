/** rrweb's recorder with our options, and without what it leaves behind. */
import { record } from "@rrweb/record";
import type { eventWithTime } from "@rrweb/types";
import { anchorPlugin } from "./anchor-plugin";
import { contained, noteFault } from "./faults";
import { maskInput } from "./redact/inputs";
import type { Settings } from "./settings";
import type { NodeIds, Realm, Stop } from "./watch";
import type { Windows } from "./windows";

/** All kinds of fields that rrweb can mask, hidden ones included. */
const MASKED_INPUTS = Object.fromEntries(
  (
    "color,date,datetime-local,email,file,hidden,month,number,password,range,search,tel,text,time," +
    "url,week,textarea,select"
  )
    .split(",")
    .map((kind) => [kind, true]),
);

export const ids: NodeIds = record.mirror;

export const takeSnapshot = (): void => record.takeFullSnapshot(true);

/** Records until the returned function is called. */
export function runRrweb(
  settings: Settings,
  windows: Windows,
  emit: (event: eventWithTime) => void,
): Stop {
  let over = false;
  const stop = contained((): void => {
    over = true;
    end?.();
    windows.restore();
  });
  windows.expect(window);
  const end = record({
    emit(event) {
      const frame = attachedFrame(event);
      if (frame) windows.expect(frame);
      emit(event);
    },
    plugins: [
      windows.plugin,
      anchorPlugin(settings, contained),
      // A frame that loads late is observed even after the end: then everything ends once more.
      { name: "", options: {}, observer: () => (over && queueMicrotask(stop), () => undefined) },
    ],
    maskInputOptions: MASKED_INPUTS,
    maskInputFn: maskInput,
    // Text is masked by our redactor, which knows more than rrweb's rules.
    maskTextFn: (text) => text,
    blockSelector: settings.blockSelector || undefined,
    ignoreSelector: settings.ignoreSelector || undefined,
    errorHandler(error) {
      // rrweb stands around the page's own calls, too: what the browser throws at those is theirs.
      if (Object.prototype.toString.call(error) === "[object DOMException]") return false;
      noteFault(error);
      return true;
    },
  });
  return stop;
}

/** The window of the frame whose document `event` brings: rrweb observes it next. */
function attachedFrame({ type, data }: eventWithTime): Realm | null | undefined {
  if (type !== 3 || !("isAttachIframe" in data)) return null;
  const frame = ids.getNode(data.adds[0]?.parentId ?? -1) as HTMLIFrameElement | null;
  return frame?.contentWindow as Realm | null | undefined;
}
