/**
 * Calls for attention outside the screen: bell, window title, desktop notification.
 *
 *     call.incoming ─► bell (again every few seconds) ─ title ─ OSC 9 or 777
 *
 * Over SSH the sequences reach the person's own terminal; tmux and screen are asked to pass them on
 * (`set -g allow-passthrough on` in tmux). Which notification a terminal understands is told by its
 * environment; an unknown one gets both. Pure text; who writes it is passed in.
 */
import type { Names } from "../../base/names/mod.ts";
import {
  type AppState,
  frontCall,
  type PhoneModel,
  ringingCall,
  type Timers,
} from "../model/mod.ts";
import { cellText, clip, type Words } from "../look/mod.ts";
import { stateWord, whoOf } from "../draw/mod.ts";

const BELL = "\u0007";
/** ms between two rings. */
const RING_EVERY_MS = 3_000;
/** Saves the title, and brings it back. */
export const PUSH_TITLE = "\u001b[22;0t";
export const POP_TITLE = "\u001b[23;0t";

/** Sequences by which a terminal shows a notification. */
const NOTIFICATIONS = ["osc9", "osc777"] as const satisfies Names<2>;
type Notification = (typeof NOTIFICATIONS)[number];

type Environment = (name: string) => string | undefined;

/** Which notification sequences the terminal is likely to know. */
function notificationsFor(environment: Environment): readonly Notification[] {
  const program = environment("TERM_PROGRAM") ?? "";
  const term = environment("TERM") ?? "";
  if (/^(?:iTerm|WezTerm|ghostty|Warp|vscode)/i.test(program)) return ["osc9"];
  if (environment("KITTY_WINDOW_ID") || environment("WT_SESSION")) return ["osc9"];
  if (/^(?:rxvt|foot)/.test(term) || environment("VTE_VERSION")) return ["osc777"];
  return NOTIFICATIONS;
}

/** Wrapped so that the multiplexer hands it to the terminal outside. */
function passedThrough(sequence: string, environment: Environment): string {
  if (environment("TMUX")) {
    return `\u001bPtmux;${sequence.replaceAll("\u001b", "\u001b\u001b")}\u001b\\`;
  }
  if (environment("STY")) return `\u001bP${sequence}\u001b\\`;
  return sequence;
}

export function notification(title: string, body: string, environment: Environment): string {
  const plain = (text: string) => cellText(text).replaceAll(";", ",");
  return notificationsFor(environment).map((kind) =>
    kind === "osc9"
      ? `\u001b]9;${plain(title)}: ${plain(body)}${BELL}`
      : `\u001b]777;notify;${plain(title)};${plain(body)}${BELL}`
  ).map((sequence) => passedThrough(sequence, environment)).join("");
}

function titleSequence(text: string): string {
  return `\u001b]2;${clip(cellText(text), 80)}${BELL}`;
}

export interface NoticeOptions {
  write(text: string): void;
  environment: Environment;
  words: Words;
  timers: Timers;
}

/** Watches the state and calls when somebody rings. */
export class Notice {
  readonly #options: NoticeOptions;
  #ringing: string | undefined;
  #title = "";
  #stopRinging: () => void = () => {};

  constructor(options: NoticeOptions) {
    this.#options = options;
  }

  /** After each change of the state. */
  look(state: AppState): void {
    const ringing = ringingCall(state.phone)?.view;
    if (ringing?.id !== this.#ringing) {
      this.#ringing = ringing?.id;
      this.#stopRinging();
      if (ringing !== undefined) {
        const who = whoOf(state, ringing.remote);
        const text = this.#options.words.t("notice.incoming", { who });
        const { environment } = this.#options;
        this.#options.write(notification("offhook", text, environment));
        this.#ring();
      }
    }
    this.#showTitle(this.#titleOf(state));
  }

  /** The terminal was somebody else's for a while. */
  again(state: AppState): void {
    this.#title = "";
    this.look(state);
  }

  close(): void {
    this.#stopRinging();
  }

  #ring(): void {
    this.#options.write(BELL);
    this.#stopRinging = this.#options.timers.after(RING_EVERY_MS, () => this.#ring());
  }

  #titleOf(state: AppState): string {
    const { words } = this.#options;
    const { phone }: { phone: PhoneModel } = state;
    const ringing = ringingCall(phone);
    if (ringing !== undefined) {
      return words.t("notice.incoming", { who: whoOf(state, ringing.view.remote) });
    }
    const front = frontCall(phone);
    if (front === undefined) return words.t("notice.title.idle");
    return `${whoOf(state, front.view.remote)} (${stateWord(front.view, words)}) - offhook`;
  }

  #showTitle(title: string): void {
    if (title === this.#title) return;
    this.#title = title;
    this.#options.write(titleSequence(title));
  }
}
