/**
 * Which sound devices belong to a headset, and the word to the core when calls go there.
 *
 *     ALSA card of the same USB device ─► device `… (hw:CARD,…)`      Linux, to the letter
 *     else: a device that carries the headset's name                  PulseAudio, Core Audio, WASAPI
 */
import type { SoundDevice } from "../../control/contract/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type {
  AudioEndpoints,
  HeadsetInput,
  LiveEndpoint,
  Microphone,
  Speaker,
} from "../../core/ports/mod.ts";
import { prefers, type StreamDirection } from "../../device_host/wire/mod.ts";

/** Stable ids of the headset's devices; what it lacks is absent. */
export interface HeadsetSound {
  microphone?: string;
  speaker?: string;
}

export function soundOf(
  headset: { name: string; soundCards: readonly number[] },
  devices: readonly SoundDevice[],
): HeadsetSound {
  const onCard = devices.filter(({ name }) => {
    const card = /\(hw:(\d+),\d+\)/.exec(name)?.[1];
    return card !== undefined && headset.soundCards.includes(Number(card));
  });
  const named = devices.filter(({ name }) => {
    const [device, own] = [name.toLowerCase(), headset.name.toLowerCase()];
    return device.includes(own);
  });
  const own = [...onCard, ...named];
  const microphone = own.find(({ inputChannels }) => inputChannels > 0)?.id;
  const speaker = own.find(({ outputChannels }) => outputChannels > 0)?.id;
  return {
    ...(microphone === undefined ? {} : { microphone }),
    ...(speaker === undefined ? {} : { speaker }),
  };
}

type SoundBase = Pick<AudioEndpoints, LiveEndpoint>;

export interface SoundFollowerOptions {
  /** Where calls are heard without a headset; undefined: sound follows none. */
  base: SoundBase | undefined;
  /** The sound devices of now. */
  devices(): Promise<SoundDevice[]>;
  notify(input: HeadsetInput): void;
  log(text: string): void;
}

/** Tells the core where calls are heard, whenever that changes. */
export class SoundFollower {
  readonly #options: SoundFollowerOptions;
  #base: SoundBase | undefined;
  #devices: SoundDevice[] = [];
  #headset: Parameters<typeof soundOf>[0] | undefined;
  #said = "";

  constructor(options: SoundFollowerOptions) {
    this.#options = options;
    this.#base = options.base;
  }

  /** Calls are on this headset; undefined: on none. */
  follow(headset: Parameters<typeof soundOf>[0] | undefined): void {
    this.#headset = headset;
    const { notify, log } = this.#options;
    const base = this.#base;
    if (base === undefined) return;
    const own = headset === undefined ? {} : soundOf(headset, this.#devices);
    const input = {
      type: "HeadsetSound",
      microphone: this.#placed(base.microphone, own.microphone, "capture"),
      speaker: this.#placed(base.speaker, own.speaker, "playback"),
    } as const;
    const said = JSON.stringify(input);
    if (said === this.#said) return;
    this.#said = said;
    notify(input);
    if (Object.keys(own).length > 0) log(`calls use the sound card of ${headset!.name}`);
  }

  /** Something was plugged: looks at the sound devices again. Never rejects. */
  async learn(): Promise<void> {
    if (this.#base === undefined) return;
    try {
      this.#devices = await this.#options.devices();
      this.follow(this.#headset);
    } catch (error) {
      this.#options.log(`headset sound: ${OffhookError.from(error).message}`);
    }
  }

  /** Calls are heard elsewhere without a headset from now on; undefined: sound follows none. */
  rebase(base: SoundBase | undefined): void {
    const before = this.#base;
    // what was followed is given back
    if (base === undefined) this.follow(undefined);
    this.#base = base;
    if (JSON.stringify(base) !== JSON.stringify(before)) this.renew();
  }

  /**
   * Whatever device is there follows the headset; so does a list that prefers it to all else that is
   * there, and the rest of the list takes over when it goes. A device that is named is kept.
   */
  #placed<T extends Microphone | Speaker>(
    base: T,
    device: string | undefined,
    direction: StreamDirection,
  ) {
    if (device === undefined || base.kind !== "device") return base;
    if (base.name === undefined) return { kind: "device", name: device } as const;
    if (!prefers(this.#devices, base.name, device, direction)) return base;
    return { kind: "device", name: `${device} | ${base.name}` } as const;
  }

  /** The core's endpoints were set anew. */
  renew(): void {
    this.#said = "";
    this.follow(this.#headset);
  }
}
