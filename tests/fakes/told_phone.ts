/** A whole phone on loopback, without an account, with what it told and a wait for more of it. */
import type { Sequenced } from "../../src/control/contract/phone.ts";
import type { AudioEndpoints, Microphone } from "../../src/core/ports/media_port.ts";
import { openPhone } from "../../src/station/phone/open_phone.ts";
import type { OpenPhone, PhoneOptions } from "../../src/station/phone/phone_options.ts";
import { toneAmplitude } from "./tone.ts";

const RATE = 16_000;
export const LOUD = 2_000;
const TLS = { minVersion: "1.2", verify: true } as const;

export const tone = (frequency: number): Microphone => ({ kind: "tone", frequency, level: -6 });
export const sound = (microphone: Microphone): AudioEndpoints => ({
  microphone,
  speaker: { kind: "null" },
});

type Change = Partial<Omit<PhoneOptions, "direct">> & { direct?: Partial<PhoneOptions["direct"]> };

export class ToldPhone implements AsyncDisposable {
  readonly events: Sequenced[] = [];
  #wake: () => void = () => {};

  private constructor(readonly phone: OpenPhone) {}

  static async open(endpoints: AudioEndpoints, change: Change = {}): Promise<ToldPhone> {
    const { direct, ...rest } = change;
    const phone = await openPhone({
      accounts: [],
      direct: {
        listen: [{ transport: "udp", host: "127.0.0.1", port: 0 }],
        codecs: ["PCMU"],
        user: "x",
        tls: TLS,
        ...direct,
      },
      register: false,
      endpoints,
      maxCalls: 1,
      ringMs: 60_000,
      doNotDisturb: false,
      active: "one",
      policy: { callers: "anyone" },
      log: () => {},
      ...rest,
    });
    const told = new ToldPhone(phone);
    await phone.subscribe((event) => {
      told.events.push(event);
      told.#wake();
    });
    return told;
  }

  /** The first event of the type that fits, after a number of events. */
  async until<T extends Sequenced["type"]>(
    type: T,
    fits: (event: Extract<Sequenced, { type: T }>) => boolean = () => true,
    after = 0,
  ): Promise<Extract<Sequenced, { type: T }>> {
    const isIt = (event: Sequenced): event is Extract<Sequenced, { type: T }> =>
      event.type === type && fits(event as Extract<Sequenced, { type: T }>);
    for (;;) {
      const found = this.events.slice(after).find(isIt);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.phone.close();
  }
}

/** Resolves when this tone is what a call hears, as a program in it does. */
export async function heard({ phone }: ToldPhone, call: string, hertz: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const audio = await phone.audio({ call, rate: RATE, instead: false }, {
    heard: (samples) => {
      if (toneAmplitude(samples, hertz, RATE) > LOUD) resolve();
    },
  });
  await promise;
  audio.close();
}
