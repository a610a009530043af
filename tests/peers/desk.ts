/**
 * A person at a station that is registered at kamailio, in the hands of a test: every call has tones
 * instead of words, and is recorded, ours on the left.
 */
import type { RemotePhone } from "../../src/control/client/remote_phone.ts";
import type { Sequenced } from "../../src/control/contract/phone.ts";
import type { CallView } from "../../src/core/state/call_view.ts";
import { ToneRecording } from "../support/tones.ts";
import { Changes } from "./changes.ts";
import type { Kamailio } from "./kamailio.ts";
import type { Scratch } from "./scratch.ts";
import { configure, connect, startStation } from "./station.ts";

export class Desk {
  readonly phone: RemotePhone;
  readonly events: Sequenced[] = [];
  readonly #scratch: Scratch;
  readonly #changes = new Changes();

  private constructor(phone: RemotePhone, scratch: Scratch) {
    this.phone = phone;
    this.#scratch = scratch;
  }

  /** @param more lines of the configuration @param account lines of the account */
  static async start(
    scratch: Scratch,
    kamailio: Kamailio,
    more = "",
    account = "",
  ): Promise<Desk> {
    const password = kamailio.password("alice");
    const place = await configure(scratch, kamailio.address("udp"), { password, more, account });
    await startStation(scratch, place);
    const phone = await connect(place.socket);
    scratch.defer(() => phone.close());
    const desk = new Desk(phone, scratch);
    await phone.subscribe((event) => {
      desk.events.push(event);
      desk.#changes.notify();
    });
    return desk;
  }

  /** Waits for an event, also one that was; fails with what was told instead. */
  until<T>(what: string, look: (event: Sequenced) => T | undefined, after = 0): Promise<T> {
    return this.#changes.until(
      () => {
        for (const event of this.events.slice(after)) {
          const found = look(event);
          if (found !== undefined) return found;
        }
        return undefined;
      },
      15_000,
      () => `no ${what} at the station, but:\n${this.events.slice(-8).map(words).join("\n")}`,
    );
  }

  /** Waits until a call's view is so. */
  view(call: string, what: string, is: (view: CallView) => boolean, after = 0): Promise<CallView> {
    return this.until(
      what,
      (event) =>
        "call" in event && typeof event.call === "object" && event.call.id === call &&
          is(event.call)
          ? event.call
          : undefined,
      after,
    );
  }

  /** Calls somebody and waits for the answer. @param hertz what we say */
  async dial(target: string, hertz: number, account = "alice"): Promise<string> {
    const endpoints = this.#sound(hertz);
    const { call } = await this.phone.request("dial", { account, target, endpoints });
    await this.view(call, "answer", ({ state }) => state === "active");
    return call;
  }

  /** Waits for a caller. */
  incoming(after = 0): Promise<CallView> {
    return this.until(
      "call",
      (event) => event.type === "call.incoming" ? event.call : undefined,
      after,
    );
  }

  async answer(call: string, hertz: number): Promise<void> {
    await this.phone.request("answer", { call, endpoints: this.#sound(hertz) });
    await this.view(call, "answered call", ({ state }) => state === "active");
  }

  /** Says another tone from now on. */
  async say(call: string, hertz: number): Promise<void> {
    await this.phone.request("useDevices", { call, microphone: tone(hertz) });
  }

  async hangup(call: string): Promise<void> {
    await this.phone.request("hangup", { call });
    await this.ended(call);
  }

  /** The record of a call that is over. */
  ended(call: string) {
    return this.until(
      "end",
      (event) => event.type === "call.ended" && event.record.id === call ? event.record : undefined,
    );
  }

  /** Seconds of the call's recording that were over by now. */
  now(call: string): number {
    const answered = this.events.find((event) =>
      event.type === "call.answered" && event.call.id === call
    );
    return (Date.now() - answered!.at) / 1000;
  }

  /** The recording of a call that is over: 0 is what we said, 1 what we heard. */
  async recording(call: string): Promise<ToneRecording> {
    const { recording } = await this.ended(call);
    return await ToneRecording.read(recording!, 2);
  }

  #recordings = 0;

  #sound(hertz: number) {
    const record = this.#scratch.file(`desk-${++this.#recordings}.wav`);
    return { microphone: tone(hertz), speaker: { kind: "null" } as const, record };
  }
}

function tone(frequency: number) {
  return { kind: "tone", frequency, level: -10 } as const;
}

function words(event: Sequenced): string {
  const { type, at: _, seq: __, ...rest } = event;
  return `${type} ${JSON.stringify(rest).slice(0, 300)}`;
}
