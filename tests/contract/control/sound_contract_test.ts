/** A call's sound, its recording and its devices: the same in process and over a socket. */
import assert from "node:assert/strict";
import type { AudioParams, CallAudio } from "../../../src/control/wire/call_audio.ts";
import { LocalPhone } from "../../../src/control/local/local_phone.ts";
import { METHODS } from "../../../src/control/contract/methods.ts";
import type { Phone } from "../../../src/control/contract/phone.ts";
import type { AttachmentListener } from "../../../src/control/contract/records.ts";
import { type ErrorCode, OffhookError } from "../../../src/base/errors.ts";
import { agreeableCore } from "../../fakes/agreeable_core.ts";
import { overSocket } from "../../fakes/served_phone.ts";
import { checkedPhone } from "../../support/checked_phone.ts";

/** Media's side of the attachments, as a test plays it. */
class FakeSound {
  readonly listeners = new Map<string, AttachmentListener>();
  /** Attachments in the order of their joining. */
  readonly joined: { rate: number; instead: boolean; id: string }[] = [];
  readonly said: number[] = [];
  #waiting: (() => void)[] = [];

  readonly attach = (id: string, listener: AttachmentListener) => {
    this.listeners.set(id, listener);
    return {
      say: (samples: Int16Array) => {
        this.said.push(...samples);
        this.#wake();
      },
      end: () => this.end(id),
    };
  };

  end(id: string, heard = 0): void {
    this.listeners.get(id)?.ended({ heard });
    this.listeners.delete(id);
    this.#wake();
  }

  async left(id: string): Promise<void> {
    while (this.listeners.has(id)) await this.#news();
  }

  async saidAll(count: number): Promise<number[]> {
    while (this.said.length < count) await this.#news();
    return this.said;
  }

  #news(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

interface Scene {
  phone: Phone;
  sound: FakeSound;
  call: string;
  heard: number[];
  /** Joins, with a listener that keeps what it hears. */
  join(params?: Partial<AudioParams>): Promise<CallAudio>;
}

function contract(name: string, run: (scene: Scene) => Promise<void>): void {
  for (const remote of [false, true]) {
    Deno.test(`sound ${remote ? "over a socket" : "in process"}: ${name}`, async () => {
      const sound = new FakeSound();
      const core = agreeableCore(undefined, (effect) => {
        if (effect.type === "AttachAudio") {
          const { attachment: id, rate, instead } = effect;
          sound.joined.push({ id, rate, instead });
        } else if (effect.type === "DetachAudio") sound.end(effect.attachment);
        else if (effect.type === "CloseMedia") {
          [...sound.listeners.keys()].forEach((id) => sound.end(id));
        }
      });
      const local = new LocalPhone(core, () => Promise.resolve());
      local.provide({ attach: sound.attach, recordingPath: ({ id }) => `/data/${id}.wav` });
      const attached = remote ? await overSocket(local) : { phone: local, close: async () => {} };
      const { phone } = attached;
      const heard: number[] = [];
      try {
        const { call } = await phone.request("dial", { target: "sip:bob@example.test" });
        const join = (params: Partial<AudioParams> = {}) =>
          phone.audio({ call, rate: 16_000, instead: false, ...params }, {
            heard: (samples) => void heard.push(...samples),
          });
        await run({ phone: checkedPhone(phone), sound, call, heard, join });
      } finally {
        await attached.close();
        core.close();
      }
    });
  }
}

function rejectsWith(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  return assert.rejects(
    promise,
    (error: unknown) => error instanceof OffhookError && error.code === code,
  );
}

contract(
  "what is heard and said crosses, and no more is said than there is room for",
  async (scene) => {
    const { sound, join, heard } = scene;
    const audio = await join({ rate: 8_000, instead: true });
    const [{ id, rate, instead }] = sound.joined;
    assert.deepEqual([audio.attachment, rate, instead], [id, 8_000, true]);
    assert.equal(audio.say(Int16Array.of(1, 2, 3)), 0);
    const listener = sound.listeners.get(id)!;
    listener.room(2);
    await audio.ready();
    assert.equal(audio.say(Int16Array.of(-1, 32_767, 3)), 2);
    assert.equal(audio.room, 0);
    listener.heard(Int16Array.of(-32_768, 5));
    listener.heard(Int16Array.of(6));
    listener.room(1);
    await audio.ready();
    audio.say(Int16Array.of(3));
    assert.deepEqual(await sound.saidAll(3), [-1, 32_767, 3]);
    assert.deepEqual(heard, [-32_768, 5, 6]);
    await audio.close();
    // Media hears of it when the station does.
    await sound.left(id);
  },
);

contract("the end of the call is the end of the sound, with what was lost", async (scene) => {
  const { phone, sound, call, join } = scene;
  const [one, two] = [await join(), await join()];
  sound.end(sound.joined[0]!.id, 320);
  assert.deepEqual(await one.ended, { lost: 320 });
  const waiting = two.ready();
  await phone.request("hangup", { call });
  assert.deepEqual(await two.ended, { lost: 0 });
  await waiting;
  assert.equal(two.say(Int16Array.of(1)), 0);
  await two.close();
});

contract("who may not join is told why", async ({ phone, call, join }) => {
  await rejectsWith(join({ call: "none" }), "no-such-call");
  await rejectsWith(join({ rate: 1 }), "usage");
  const programs = await Promise.all(Array.from({ length: 8 }, () => join()));
  await rejectsWith(join(), "invalid-state");
  await programs[0]!.close();
  await (await join()).close();
  await phone.request("hangup", { call });
  await Promise.all(programs.map(({ ended }) => ended));
});

contract(
  "a recording is begun, paused, gone on with and ended, each answered with its path",
  async (scene) => {
    const { phone, call } = scene;
    const act = (action: "start" | "stop" | "pause" | "resume", path?: string) =>
      phone.request("record", { call, action, ...(path === undefined ? {} : { path }) });
    const { seq: _, ...started } = await act("start");
    assert.deepEqual(METHODS.record.result.parse(started), { path: `/data/${call}.wav` });
    await rejectsWith(act("start"), "invalid-state");
    await rejectsWith(act("resume"), "invalid-state");
    assert.equal((await act("pause")).path, `/data/${call}.wav`);
    const { calls: [paused] } = await phone.request("status", {});
    assert.equal(paused?.recording.name, "paused");
    await act("resume");
    assert.equal((await act("stop")).path, `/data/${call}.wav`);
    assert.equal((await act("start", "/tmp/mine.wav")).path, "/tmp/mine.wav");
  },
);

contract("a recording that cannot be made is refused, and another may be begun", async (scene) => {
  const { phone, call } = scene;
  const start = (path: string) => phone.request("record", { call, action: "start", path });
  await rejectsWith(start("relative.wav"), "usage");
  await rejectsWith(start("/none/x.wav"), "file-unusable");
  assert.equal((await start("/tmp/x.wav")).path, "/tmp/x.wav");
  await rejectsWith(
    phone.request("record", { call: "none", action: "start" }),
    "no-such-call",
  );
});

contract(
  "other devices are answered when they are in use, or cannot be",
  async ({ phone, call }) => {
    const silence = { kind: "silence" } as const;
    await phone.request("useDevices", { call, microphone: silence, speaker: { kind: "null" } });
    await rejectsWith(
      phone.request("useDevices", { call, microphone: { kind: "device", name: "x" } }),
      "device-not-found",
    );
    await rejectsWith(phone.request("useDevices", { call }), "usage");
  },
);
