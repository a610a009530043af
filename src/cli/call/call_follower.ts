/**
 * Follows one call from its first event to its record, and does what the flags ask for on the way.
 *
 *     answered ─► digits sent ──┐
 *              └► microphone ended ─► (a second later) hang up, unless --duration says when
 *              └► reader of the piped sound gone ─► hang up
 *              └► nothing heard for 10 s under --require-audio ─► hang up
 *     interrupt, q ─► hang up ─► call.ended ─► record
 */
import type { Phone, Sequenced } from "../../control/contract/mod.ts";
import {
  type CallEventDetails,
  type CallRecord,
  type CallView,
  cipherWords,
  isCallEvent,
  refusedDigitsWords,
} from "../../core/state/mod.ts";
import type { ErrorJson } from "../../base/mod.ts";
import type { CallId } from "../../core/ports/mod.ts";
import type { CallDisplay } from "./call_display.ts";
import { silenceWords, soundWords } from "../live/mod.ts";
import type { Io } from "../process/mod.ts";

export interface FollowOptions {
  /** Sent after the answer. */
  digits?: string | undefined;
  /** Then the call ends by its limit, not with the microphone's file or pipe. */
  hasDuration: boolean;
  requireAudio: boolean;
  /** The phone is this command's own. */
  tellsAll: boolean;
}

/** So that the last words of a file arrive, and an echo of them comes back. */
const LINGER_MS = 1000;
const NO_AUDIO_MS = 10_000;

export interface FollowedCall {
  record: CallRecord;
  security: CallView["security"];
}

export class CallFollower {
  readonly #phone: Phone;
  readonly #io: Io;
  readonly #options: FollowOptions;
  readonly #display: CallDisplay;
  readonly #ended = Promise.withResolvers<FollowedCall>();
  readonly #timers = new Set<() => void>();
  #call: CallId;
  /** Where the far end transferred it to: followed when this one is over. */
  #referral: CallId | undefined;
  #view: CallView | undefined;
  readonly #answer = Promise.withResolvers<void>();
  #answered = false;
  #heard = false;
  #digitsLeft: boolean;
  #microphoneEnded = false;

  constructor(
    phone: Phone,
    call: CallId,
    { io, display, options }: { io: Io; display: CallDisplay; options: FollowOptions },
  ) {
    this.#phone = phone;
    this.#call = call;
    this.#io = io;
    this.#options = options;
    this.#display = display;
    this.#digitsLeft = options.digits !== undefined;
  }

  get call(): CallId {
    return this.#call;
  }

  /** The call's record, when it is over; of the last one when it was transferred. */
  get ended(): Promise<FollowedCall> {
    return this.#ended.promise;
  }

  /** Pending for ever when nobody answers. */
  get answered(): Promise<void> {
    return this.#answer.promise;
  }

  get muted(): boolean {
    return this.#view?.muted ?? false;
  }

  /** Every event of the phone; others' are ignored. */
  handle(event: Sequenced): void {
    if (event.type === "call.dialling" && event.call.referrer === this.call) {
      this.#referral = event.call.id;
      this.#display.note(`transferred to ${event.call.remote.uri}`);
    } else if (event.type === "call.ended") {
      this.#onEnded(event.record);
    } else if (event.type === "notice" && this.#isTold(event.call)) {
      this.#display.note(event.text);
    } else if (isCallEvent(event) && event.call.id === this.call) {
      this.#view = event.call;
      this.#display.show(event.call);
      this.#react(event);
    }
  }

  /** What is about the call; about no call, what a phone did that has nobody else to tell. */
  #isTold(about: CallId | undefined): boolean {
    return about === this.call || (about === undefined && this.#options.tellsAll);
  }

  /** All of the microphone's file or pipe has been said. */
  microphoneEnded(): void {
    this.#microphoneEnded = true;
    this.#endIfDone();
  }

  /** A line of words beside the call's. */
  note(line: string): void {
    this.#display.note(line);
  }

  /** Ends the call; its record follows. Safe to call at any time. */
  async hangup(): Promise<void> {
    const calls = [this.call, ...(this.#referral === undefined ? [] : [this.#referral])];
    await Promise.all(calls.map((call) => this.#phone.request("hangup", { call }).catch(() => {})));
  }

  /** A digit or mute that comes too late is no failure. */
  async press(digit: string): Promise<void> {
    await this.#phone.request("dtmf", { call: this.call, digits: digit }).catch(() => {});
  }

  async toggleMute(): Promise<void> {
    await this.#phone.request("mute", { call: this.call, muted: !this.muted }).catch(() => {});
  }

  #onEnded(record: CallRecord): void {
    if (record.id === this.#referral) this.#referral = undefined;
    else if (record.id !== this.call) return;
    else if (this.#referral === undefined) this.#finish(record);
    else {
      this.#call = this.#referral;
      this.#referral = undefined;
    }
  }

  #react(event: Sequenced): void {
    switch (event.type) {
      case "call.answered":
        this.#sayCipher();
        return this.#onAnswered();
      case "call.security":
        return this.#sayCipher();
      case "call.heard":
        this.#heard = true;
        return;
      case "call.digits-sent":
        this.#digitsLeft = false;
        return this.#endIfDone();
      case "call.digits-refused":
        this.#display.note(refusedDigitsWords(event.detail));
        if (event.detail.next !== undefined) return;
        this.#digitsLeft = false;
        return this.#endIfDone();
      case "call.microphone-ended":
        return this.microphoneEnded();
      case "call.endpoint":
        return this.#onEndpoint(event.detail);
      case "call.silence":
        return this.#display.note(silenceWords(event.detail));
      case "call.quality":
        return this.#display.note(soundWords(event.detail));
    }
  }

  /** DTLS agrees after the answer, and a peer may change it in mid-call. */
  #sayCipher(): void {
    const { encryption } = this.#view!;
    if (encryption?.suite !== undefined) {
      this.#display.note(`sound encrypted: ${cipherWords(encryption)}`);
    }
  }

  #onAnswered(): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#answer.resolve();
    const { digits, requireAudio } = this.#options;
    if (digits !== undefined) this.#sendDigits(digits);
    if (requireAudio) {
      this.#after(NO_AUDIO_MS, () => {
        if (!this.#heard) this.hangup();
      });
    }
    this.#endIfDone();
  }

  #sendDigits(digits: string): void {
    this.#phone.request("dtmf", { call: this.call, digits }).catch((error) => {
      this.#digitsLeft = false;
      this.#display.note(`digits were not sent: ${error.message}`);
      this.#endIfDone();
    });
  }

  #onEndpoint(detail: CallEventDetails["call.endpoint"]): void {
    const { endpoint } = detail;
    if (detail.working) return this.#display.note(`${endpoint} works again`);
    // Like any program in a pipeline: when nobody reads any more, it is over, without a word.
    if (endpoint === "speaker" && isClosedPipe(detail.error)) return void this.hangup();
    this.#display.note(`${endpoint}: ${detail.error.message}`);
  }

  #endIfDone(): void {
    const done = this.#answered && this.#microphoneEnded && !this.#digitsLeft;
    if (done && !this.#options.hasDuration) this.#after(LINGER_MS, () => this.hangup());
  }

  #after(ms: number, run: () => void): void {
    this.#timers.add(this.#io.after(ms, run));
  }

  #finish(record: CallRecord): void {
    for (const stop of this.#timers) stop();
    this.#timers.clear();
    this.#ended.resolve({ record, security: this.#view?.security ?? "none" });
  }
}

/** The error of a pipe whose other end was closed, as `src/audio/pipe.ts` tells it. */
function isClosedPipe({ data }: ErrorJson): boolean {
  return data?.closed === true;
}
