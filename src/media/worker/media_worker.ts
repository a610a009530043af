/**
 * The media of a process, as the station sees it: a thread behind `perform` and `notify`.
 *
 *     perform(effect) ──postMessage──► worker.ts ──► MediaEngine
 *     notify(input)   ◄─postMessage─── worker.ts ◄── MediaEngine
 *
 * The thread starts with the first effect. If it dies, or does not answer twice in a row, or for a
 * minute after its start, every call that had media is told MediaFailed, and the next effect, or the next question whether it answers,
 * starts another thread: one that cannot be had is known before a call needs it.
 */
import { type DeviceHostAccess, serveAccess } from "../../audio/device/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { AccountId } from "../../core/account/mod.ts";
import { LAST_TONE_MS } from "../../core/media/mod.ts";
import type {
  AttachmentId,
  CallId,
  CallLevels,
  MediaEffect,
  MediaInput,
} from "../../core/ports/mod.ts";
import { AttachedAudio, type AttachedAudioListener } from "../attachment/mod.ts";
import type { IceSettings } from "../transport/ice/mod.ts";
import { type MediaThread, startThread } from "./thread.ts";
import type { FromWorker, MediaSettings, ToWorker } from "./worker_protocol.ts";

/** What a media worker is made with. */
export interface MediaOptions extends MediaSettings {
  /** The device host of this process; absent: device endpoints fail with `device-failed`. */
  devices?: DeviceHostAccess;
  /** What ICE uses for an account; absent: no account has ICE. Never rejects. */
  iceSettings?: (account: AccountId) => Promise<IceSettings>;
  /** The thread's program; tests have one that breaks. */
  program?: URL;
  /** A thread that was started before and is now this one's; absent: it starts its own. */
  thread?: MediaThread | undefined;
}

/** What stopping waits for open files and devices, ms. */
const STOP_MS = 2000;
/** Host candidates only: nobody is asked. */
const NO_ICE: IceSettings = { stun: [], turn: [], relayOnly: false };

/** Questions without an answer after which the thread is given up. */
const MISSES = 2;
/** … and of one that never said a word: on a busy or slow machine its modules take long to load. */
const STARTING_MISSES = 15;

export class MediaWorker {
  readonly #options: MediaOptions;
  readonly #notify: (input: MediaInput) => void;
  readonly #log: (error: OffhookError) => void;
  readonly #calls = new Set<CallId>();
  /** Programs that have joined a call, or are about to; the port of those that have not yet. */
  readonly #attached = new Map<AttachmentId, { audio: AttachedAudio; port?: MessagePort }>();
  #thread: Worker | undefined;
  /** The one that was started before, until it is needed. */
  #spare: MediaThread | undefined;
  #devicePort: MessagePort | undefined;
  #stopped: (() => void) | undefined;
  #answered: (() => void) | undefined;
  #misses = 0;
  /** A thread that was needed died: see {@link answers}. */
  #died = false;
  /** The present thread has said something. */
  #spoke = false;
  #tellLevels: ((levels: CallLevels[]) => void) | undefined;

  /**
   * @param notify gets every input, in order
   * @param log gets errors of the thread that belong to no call
   */
  constructor(
    options: MediaOptions,
    notify: (input: MediaInput) => void,
    log: (error: OffhookError) => void = () => {},
  ) {
    this.#options = options;
    this.#spare = options.thread;
    this.#notify = notify;
    this.#log = log;
  }

  /** Starts the thread before it is needed: its modules load while a call is being set up. */
  warm(): void {
    this.#start();
  }

  /** Never throws, returns at once. */
  perform(effect: MediaEffect): void {
    if (effect.type === "OpenMedia") this.#calls.add(effect.call);
    if (effect.type === "AttachAudio") this.#attach(effect);
    else this.#post({ type: "effect", effect });
  }

  /**
   * The program's side of an attachment, to be asked for before AttachAudio is performed. Its samples
   * cross to the thread and back past everything else.
   */
  attach(attachment: AttachmentId, listener: AttachedAudioListener): AttachedAudio {
    const { port1, port2 } = new MessageChannel();
    const audio = new AttachedAudio(port1, {
      ...listener,
      ended: (losses) => {
        this.#attached.delete(attachment);
        listener.ended(losses);
      },
    });
    this.#attached.set(attachment, { audio, port: port2 });
    return audio;
  }

  /**
   * Level meters of every call with sound, ten times a second. One listener at a time.
   * @returns stops them
   */
  meter(tell: (levels: CallLevels[]) => void): () => void {
    this.#tellLevels = tell;
    this.#askLevels(true);
    return () => {
      this.#tellLevels = undefined;
      this.#askLevels(false);
    };
  }

  /** A thread that is not there has no calls; it is told when it starts. */
  #askLevels(on: boolean): void {
    this.#thread?.postMessage({ type: "levels", on } satisfies ToWorker);
  }

  /**
   * Whether the thread turns: answers within `ms`, or was never needed. One that is silent for the
   * second time is ended, one that is still starting later; the question after that is for its successor.
   */
  async answers(ms: number): Promise<boolean> {
    if (this.#thread === undefined && !this.#died) return true;
    const thread = this.#start();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const answered = await new Promise<boolean>((resolve) => {
      this.#answered = () => resolve(true);
      timer = setTimeout(() => resolve(false), ms);
      this.#post({ type: "ping" });
    });
    clearTimeout(timer);
    this.#misses = answered ? 0 : this.#misses + 1;
    if (this.#misses >= (this.#spoke ? MISSES : STARTING_MISSES)) {
      this.#die(thread, "it does not answer");
    }
    return answered;
  }

  /**
   * Closes every call (MediaClosed comes for each) and ends the thread. Never rejects.
   * @param hushed while it is pending, a tone that is heard of a call's end is heard out; absent: not
   */
  async stop(hushed?: Promise<void>): Promise<void> {
    this.#takeSpare()?.terminate();
    const thread = this.#thread;
    if (thread === undefined) return;
    const finishes = hushed !== undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#stopped = resolve;
      timer = setTimeout(resolve, finishes ? STOP_MS + LAST_TONE_MS : STOP_MS);
      this.#post({ type: "stop", finishes });
      hushed?.then(() => {
        if (this.#thread === thread) this.#post({ type: "stop", finishes: false });
      });
    });
    clearTimeout(timer);
    this.#end(thread);
  }

  #attach(effect: Extract<MediaEffect, { type: "AttachAudio" }>): void {
    const waiting = this.#attached.get(effect.attachment);
    if (waiting?.port === undefined) return;
    const { audio, port } = waiting;
    this.#attached.set(effect.attachment, { audio });
    this.#start().postMessage({ type: "effect", effect, port } satisfies ToWorker, [port]);
  }

  #post(message: ToWorker): void {
    this.#start().postMessage(message);
  }

  #start(): Worker {
    if (this.#thread) return this.#thread;
    const thread = this.#takeSpare() ?? startThread(this.#options.program).worker;
    this.#thread = thread;
    this.#died = false;
    this.#misses = 0;
    this.#spoke = false;
    thread.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#take(data);
    thread.onerror = (event) => {
      event.preventDefault();
      this.#die(thread, event.message);
    };
    thread.onmessageerror = () => this.#die(thread, "a message could not be read");
    this.#configure(thread);
    if (this.#tellLevels !== undefined) this.#askLevels(true);
    return thread;
  }

  #takeSpare(): Worker | undefined {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare?.broken ? undefined : spare?.worker;
  }

  #configure(thread: Worker): void {
    const { devices, ports, address, codecs } = this.#options;
    const settings: MediaSettings = {
      ...(ports === undefined ? {} : { ports }),
      ...(address === undefined ? {} : { address }),
      ...(codecs === undefined ? {} : { codecs }),
    };
    if (devices === undefined) {
      thread.postMessage({ type: "configure", settings } satisfies ToWorker);
      return;
    }
    const channel = new MessageChannel();
    this.#devicePort = channel.port1;
    serveAccess(channel.port1, devices);
    const message: ToWorker = { type: "configure", settings, devices: channel.port2 };
    thread.postMessage(message, [channel.port2]);
  }

  #end(thread: Worker): void {
    thread.terminate();
    this.#devicePort?.close();
    this.#devicePort = undefined;
    this.#thread = undefined;
    this.#calls.clear();
    for (const { audio } of [...this.#attached.values()]) audio.end();
  }

  #take(message: FromWorker): void {
    this.#spoke = true;
    switch (message.type) {
      case "input":
        this.#takeInput(message.input);
        return;
      case "ice":
        void this.#answerIce(message);
        return;
      case "levels":
        this.#tellLevels?.(message.levels);
        return;
      case "broken":
        this.#log(OffhookError.fromJSON(message.error));
        return;
      case "pong":
        this.#answered?.();
        return;
      case "stopped":
        this.#stopped?.();
    }
  }

  async #answerIce(
    { question, account }: Extract<FromWorker, { type: "ice" }>,
  ): Promise<void> {
    const settings = await this.#options.iceSettings?.(account) ?? NO_ICE;
    this.#thread?.postMessage({ type: "ice", question, settings } satisfies ToWorker);
  }

  #takeInput(input: MediaInput): void {
    const isLast = input.type === "MediaClosed" || input.type === "MediaFailed";
    if (isLast) this.#calls.delete(input.call);
    this.#notify(input);
  }

  #die(thread: Worker, reason: string): void {
    if (this.#thread !== thread) return;
    const calls = [...this.#calls];
    this.#end(thread);
    this.#died = true;
    this.#stopped?.();
    const error = new OffhookError("media-failed", `the media thread died: ${reason}`, {
      hint: "The next call has a new one. Please report this, with --log-level trace.",
    });
    this.#log(error);
    for (const call of calls) {
      this.#notify({ type: "MediaFailed", call, error: error.toJSON() });
    }
  }
}
