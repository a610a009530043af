/**
 * Programs that join calls of a phone in the same process: the core is asked, the samples go past it.
 *
 *     open ─► AttachAudio ─► core ─► media        JoinedAudio ⇄ the media thread's port
 */
import { OffhookError } from "../../base/mod.ts";
import type { CallId } from "../../core/ports/mod.ts";
import {
  type AudioListener,
  type AudioParams,
  type CallAudio,
  JoinedAudio,
  MAXIMUM_AUDIO_RATE,
  MINIMUM_AUDIO_RATE,
} from "../wire/mod.ts";
import type { CommandPort } from "./command_port.ts";
import type { Providers } from "../contract/mod.ts";

/** Programs in one call: each costs the media thread time in every tick. */
const MOST_OF_A_CALL = 8;

export class LocalAudio {
  readonly #core: CommandPort;
  readonly #providers: () => Providers;
  readonly #of = new Map<CallId, number>();

  /** @param providers asked at each opening: they may come later than the phone */
  constructor(core: CommandPort, providers: () => Providers) {
    this.#core = core;
    this.#providers = providers;
  }

  /** @throws OffhookError `no-such-call`, `invalid-state`, or `usage` for a rate that is none */
  open(params: AudioParams, listener: AudioListener): CallAudio {
    const { call, rate, instead } = params;
    this.#check(params);
    const attachment = crypto.randomUUID().slice(0, 8);
    const core = this.#core;
    const audio = new JoinedAudio(attachment, {
      say: (samples) => port.say(samples),
      leave: () => void core.command({ type: "DetachAudio", call, attachment }),
    }, listener);
    const port = this.#attach(attachment, {
      heard: (samples) => audio.hear(samples),
      room: (samples) => audio.gain(samples),
      ended: ({ heard }) => audio.finish({ lost: heard }),
    });
    try {
      core.command({ type: "AttachAudio", call, attachment, rate, instead });
    } catch (error) {
      port.end();
      throw error;
    }
    this.#count(call, 1);
    audio.ended.then(() => this.#count(call, -1));
    return audio;
  }

  #check({ call, rate }: AudioParams): void {
    if (!Number.isInteger(rate) || rate < MINIMUM_AUDIO_RATE || rate > MAXIMUM_AUDIO_RATE) {
      throw new OffhookError("usage", `${rate} is not a sample rate for a call`, {
        hint: `Give ${MINIMUM_AUDIO_RATE} to ${MAXIMUM_AUDIO_RATE} hertz.`,
        data: { rate },
      });
    }
    if ((this.#of.get(call) ?? 0) >= MOST_OF_A_CALL) {
      throw new OffhookError("invalid-state", `${MOST_OF_A_CALL} programs are in call "${call}"`, {
        hint: "Let one of them leave first.",
        data: { call, most: MOST_OF_A_CALL },
      });
    }
  }

  #attach(...args: Parameters<NonNullable<Providers["attach"]>>) {
    const { attach } = this.#providers();
    if (attach !== undefined) return attach(...args);
    throw new OffhookError("media-failed", "this phone has no sound to join");
  }

  #count(call: CallId, change: number): void {
    const count = (this.#of.get(call) ?? 0) + change;
    if (count === 0) this.#of.delete(call);
    else this.#of.set(call, count);
  }
}
