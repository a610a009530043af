/** Sound before the answer, asked for by a program and heard by the caller. */
import assert from "node:assert/strict";
import type { Sequenced } from "../../src/control/contract/phone.ts";
import type { AudioEndpoints, Microphone } from "../../src/core/ports/media_port.ts";
import { openPhone } from "../../src/station/phone/open_phone.ts";
import type { OpenPhone } from "../../src/station/phone/phone_options.ts";
import { readWav } from "../support/wav.ts";
import { toneAmplitude } from "../fakes/tone.ts";

const RATE = 16_000;
const LOUD = 2_000;
const TLS = { minVersion: "1.2", verify: true } as const;
const tone = (frequency: number): Microphone => ({ kind: "tone", frequency, level: -6 });
const sound = (microphone: Microphone): AudioEndpoints => ({
  microphone,
  speaker: { kind: "null" },
});

/** A phone with what it told, and a wait for more of it. */
class Told implements AsyncDisposable {
  readonly events: Sequenced[] = [];
  #wake: () => void = () => {};

  private constructor(readonly phone: OpenPhone) {}

  static async open(endpoints: AudioEndpoints): Promise<Told> {
    const phone = await openPhone({
      accounts: [],
      direct: {
        listen: [{ transport: "udp", host: "127.0.0.1", port: 0 }],
        codecs: ["PCMU"],
        user: "x",
        tls: TLS,
      },
      register: false,
      endpoints,
      maxCalls: 1,
      ringMs: 60_000,
      doNotDisturb: false,
      active: "one",
      policy: { callers: "anyone" },
      log: () => {},
    });
    const told = new Told(phone);
    await phone.subscribe((event) => {
      told.events.push(event);
      told.#wake();
    });
    return told;
  }

  async until<T extends Sequenced["type"]>(type: T): Promise<Extract<Sequenced, { type: T }>> {
    for (;;) {
      const found = this.events.find((event) => event.type === type);
      if (found !== undefined) return found as Extract<Sequenced, { type: T }>;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.phone.close();
  }
}

/** Resolves when this tone is what a call hears, as a program in it does. */
async function heard(phone: OpenPhone, call: string, hertz: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const audio = await phone.audio({ call, rate: RATE, instead: false }, {
    heard: (samples) => {
      if (toneAmplitude(samples, hertz, RATE) > LOUD) resolve();
    },
  });
  await promise;
  audio.close();
}

async function ringing(): Promise<{ caller: Told; called: Told; out: string; call: string }> {
  const caller = await Told.open(sound({ kind: "silence" }));
  const called = await Told.open(sound(tone(1_300)));
  const [{ port }] = called.phone.listening;
  const target = `sip:x@127.0.0.1:${port}`;
  const { call: out } = await caller.phone.request("dial", { account: "direct", target });
  const { call: { id: call } } = await called.until("call.incoming");
  await called.phone.request("earlyMedia", { call, endpoints: sound(tone(500)) });
  await caller.until("call.heard");
  return { caller, called, out, call };
}

Deno.test("an announcement before the answer, then the phone's own microphone", async () => {
  const { caller, called, out, call } = await ringing();
  await using _ = caller;
  await using __ = called;
  await heard(caller.phone, out, 500);
  assert.ok(!caller.events.some(({ type }) => type === "call.answered"));
  await called.phone.request("answer", { call });
  await heard(caller.phone, out, 1_300);
});

Deno.test("an announcement, then a refusal: the call was never answered", async () => {
  const { caller, called, out, call } = await ringing();
  await using _ = caller;
  await using __ = called;
  await heard(caller.phone, out, 500);
  await called.phone.request("reject", { call, status: 404 });
  const { record } = await caller.until("call.ended");
  assert.deepEqual([record.outcome, record.answeredAt], ["not-found", undefined]);
});

Deno.test("a call that had sound before is recorded from its answer on", async () => {
  const folder = await Deno.makeTempDir();
  const record = `${folder}/call.wav`;
  try {
    const { caller, called, out, call } = await ringing();
    await using _ = caller;
    await using __ = called;
    await called.phone.request("answer", { call, endpoints: { ...sound(tone(900)), record } });
    await heard(caller.phone, out, 900);
    await called.phone.request("hangup", { call });
    await called.until("call.ended");
    const { samples, rate } = await readWav(record, 0);
    const last = Int16Array.from(samples.slice(-rate / 10), (sample) => sample * 32_767);
    assert.ok(toneAmplitude(last, 900, rate) > LOUD);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
