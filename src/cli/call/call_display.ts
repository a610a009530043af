/**
 * Shows a call while it lasts: a live line on a terminal, else a line for each change, else nothing.
 *
 *     events ─► show(view) ─► live line (redrawn each second) │ words │ nothing
 */
import type { CallView } from "../../core/state/mod.ts";
import { clean } from "../../base/mod.ts";
import { type Io, say } from "../process/mod.ts";
import { liveLine, stateSentence } from "./live_line.ts";

const REDRAW_MS = 1000;
const CLEAR_LINE = "\r\u001b[K";

export interface CallDisplay {
  show(view: CallView): void;
  /** A line of words that stays. */
  note(line: string): void;
  /** Takes the live line away. Safe to call twice. */
  close(): void;
}

export type DisplayKind = "live" | "words" | "none";

export function displayKind(io: Io, options: { json: boolean; quiet: boolean }): DisplayKind {
  if (options.quiet) return "none";
  const drawable = io.stderr.isTty && io.environment("TERM") !== "dumb";
  return drawable && !options.json ? "live" : "words";
}

export function openDisplay(io: Io, kind: DisplayKind): CallDisplay {
  switch (kind) {
    case "live":
      return liveDisplay(io);
    case "words":
      return wordDisplay(io);
    case "none":
      return { show() {}, note() {}, close() {} };
  }
}

/** ms in which a call that cannot even begin says only why. */
const BEGIN_MS = 600;

function wordDisplay(io: Io): CallDisplay {
  let last: string | undefined;
  let held: string | undefined;
  let stop = () => {};
  const flush = () => {
    stop();
    if (held !== undefined) say(io, held);
    held = undefined;
  };
  return {
    show(view) {
      const sentence = stateSentence(view);
      // A Call-ID: it did begin.
      if (view.state !== "ending" || view.sipCallId !== undefined) {
        if (sentence !== last) flush();
      }
      if (sentence === undefined || sentence === last) return;
      last = sentence;
      if (view.state !== "dialling") return void say(io, sentence);
      held = sentence;
      stop = io.after(BEGIN_MS, flush);
    },
    note(line) {
      flush();
      say(io, line);
    },
    close: () => stop(),
  };
}

function liveDisplay(io: Io): CallDisplay {
  const ascii = !/utf-?8/i.test(
    io.environment("LC_ALL") || io.environment("LC_CTYPE") || io.environment("LANG") || "",
  );
  let view: CallView | undefined;
  let stop = () => {};
  const draw = () => {
    if (view === undefined) return;
    const line = liveLine(view, { width: io.stderr.columns, ascii, now: io.now() });
    io.stderr.control(CLEAR_LINE);
    io.stderr.write(clean(line));
    stop();
    stop = io.after(REDRAW_MS, draw);
  };
  return {
    show(next) {
      view = next;
      draw();
    },
    note(line) {
      io.stderr.control(CLEAR_LINE);
      say(io, line);
      draw();
    },
    close() {
      stop();
      if (view !== undefined) io.stderr.control(CLEAR_LINE);
      view = undefined;
    },
  };
}
