/**
 * The one line that shows a call on a terminal, and the words that stand for it elsewhere. Pure; the
 * drawing is in `call_display.ts`.
 */
import { partyWords } from "../live/mod.ts";
import type { CallView } from "../../core/state/mod.ts";
import { clock } from "./call_report.ts";

/** Steps of a level meter: of `-60` dBFS and more. */
const BARS = "▁▂▃▄▅▆▇█";
const ASCII_BARS = ".:-=+*#@";
const QUIETEST_DB = -60;

export interface LineOptions {
  /** Columns that there are. */
  width: number;
  /** Only ASCII. */
  ascii: boolean;
  now: number;
}

const STATES: Record<CallView["state"], { glyph: string; ascii: string; word: string }> = {
  dialling: { glyph: "◌", ascii: "o", word: "calling" },
  ringback: { glyph: "◔", ascii: "~", word: "ringing" },
  early: { glyph: "◑", ascii: "~", word: "early media" },
  ringing: { glyph: "◔", ascii: "!", word: "incoming" },
  active: { glyph: "●", ascii: "*", word: "in call" },
  held: { glyph: "‖", ascii: "=", word: "on hold" },
  ending: { glyph: "○", ascii: "-", word: "ending" },
};

/**
 * `● in call sip:600@host 0:12 G722 mic ▅ spk ▃ 12# · digits dial, m mute, q hang up`: what does not
 * fit is left out whole, the keys first, then the address.
 */
export function liveLine(view: CallView, { width, ascii, now }: LineOptions): string {
  const state = STATES[view.state];
  const head = `${ascii ? state.ascii : state.glyph} ${state.word}`;
  const parts: string[] = [];
  parts.push(clock(Math.max(0, now - (view.answeredAt ?? view.startedAt))));
  if (view.codec !== undefined) parts.push(view.codec);
  if (view.muted) parts.push("muted");
  if (view.hold.remote) parts.push("held by the other side");
  if (view.report !== undefined) {
    parts.push(`mic ${meter(view.report.sentLevel, ascii)}`);
    parts.push(`spk ${meter(view.report.receivedLevel, ascii)}`);
    if (view.report.dtmfReceived !== "") parts.push(`got ${view.report.dtmfReceived}`);
  }
  const line = [head, partyWords(view.remote), ...parts].join("  ");
  const short = [head, ...parts].join("  ");
  const dot = ascii ? "|" : "·";
  const leave = `${dot} q hang up`;
  const keys = view.answeredAt === undefined ? leave : `${dot} 0-9*# dial, m mute, q hang up`;
  const fitting = [`${line}  ${keys}`, `${line}  ${leave}`, line, `${short}  ${leave}`, short]
    .find((each) => each.length < width);
  return fitting ?? cut(short, width - 1);
}

function meter(level: number, ascii: boolean): string {
  const bars = ascii ? ASCII_BARS : BARS;
  const share = Math.min(1, Math.max(0, 1 - level / QUIETEST_DB));
  return bars[Math.min(bars.length - 1, Math.floor(share * bars.length))]!;
}

function cut(line: string, width: number): string {
  const characters = [...line];
  return characters.length <= width ? line : characters.slice(0, Math.max(0, width)).join("");
}

/** What is said once a state is reached, where there is no terminal to draw on. */
export function stateSentence(view: CallView): string | undefined {
  switch (view.state) {
    case "dialling":
      return `calling ${view.remote.uri}`;
    case "ringback":
      return "ringing";
    case "early":
      return "early media";
    case "ringing":
      return `call from ${partyWords(view.remote)}`;
    case "active":
      return view.codec === undefined ? "answered" : `answered, ${view.codec}`;
    case "held":
      return "on hold";
    case "ending":
      return undefined;
  }
}
