/** The sound card endpoints of the media worker, through a device host of their own. */
import assert from "node:assert/strict";
import { deviceEndpoints, type DeviceSource } from "../../../src/audio/device/device.ts";
import {
  type AudioSink,
  type AudioSource,
  type EndpointEvents,
  FRAME_SAMPLES,
} from "../../../src/audio/endpoint.ts";
import { OffhookError } from "../../../src/base/errors.ts";
import {
  DEVICE_RIGS,
  type DeviceRig,
  FAKE_RIG,
  PORTAUDIO_RIGS,
  ScopedSupervisor,
} from "../../fakes/device_rigs.ts";
import { paced, toneAmplitude, ToneGenerator } from "../../fakes/tone.ts";
import { testUnless, testWith } from "../../support/skip.ts";

const FREQUENCY = 1000;
const AMPLITUDE = 12_000;

class EventLog implements EndpointEvents {
  readonly events: string[] = [];
  readonly errors: OffhookError[] = [];

  failed(error: OffhookError): void {
    this.events.push("failed");
    this.errors.push(error);
  }

  restored(): void {
    this.events.push("restored");
  }

  ended(): void {
    this.events.push("ended");
  }
}

/** A source and a sink on a pair of devices that are connected, read and written by one clock. */
class Loop implements AsyncDisposable {
  readonly source: AudioSource;
  readonly sink: AudioSink;
  readonly sourceEvents = new EventLog();
  readonly sinkEvents = new EventLog();
  readonly #tone = new ToneGenerator(FREQUENCY, 48_000, AMPLITUDE);
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  readonly #into = new Int16Array(FRAME_SAMPLES);

  constructor(host: ScopedSupervisor, speaker: string, microphone: string) {
    const devices = deviceEndpoints(host);
    this.source = devices.source(microphone);
    this.sink = devices.sink(speaker);
  }

  async open(): Promise<void> {
    await Promise.all([this.source.open(this.sourceEvents), this.sink.open(this.sinkEvents)]);
    this.source.start();
    this.sink.start();
  }

  /** One turn of the clock. @returns amplitude of the tone in what was heard */
  turn(): number {
    this.sink.write(this.#tone.fill(this.#frame));
    this.source.read(this.#into);
    return toneAmplitude(this.#into, FREQUENCY);
  }

  /** Turns until the tone is heard clearly. @returns whether it was, within `ms` */
  hears(ms: number): Promise<boolean> {
    return paced(ms, () => Math.abs(this.turn() - AMPLITUDE) < AMPLITUDE * 0.2);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.source.close(), this.sink.close()]);
  }
}

async function openLoop(host: ScopedSupervisor, rig: DeviceRig): Promise<Loop> {
  const loop = new Loop(host, rig.speaker, rig.microphone);
  await loop.open();
  return loop;
}

for (const kind of DEVICE_RIGS) {
  testUnless(kind.reason, `device endpoints with ${kind.name}`, async (t) => {
    await using rig = await kind.start();

    await t.step("sound goes out and comes in", async () => {
      await using host = new ScopedSupervisor(rig);
      await using loop = await openLoop(host, rig);
      assert.ok(await loop.hears(5000), "the tone was not heard");
      assert.deepEqual([...loop.sourceEvents.events, ...loop.sinkEvents.events], []);
    });

    await t.step("a killed host costs less than 2 s of sound", async () => {
      await using host = new ScopedSupervisor(rig);
      await using loop = await openLoop(host, rig);
      assert.ok(await loop.hears(5000));
      Deno.kill((await host.pid())!, "SIGKILL");
      const killed = performance.now();
      await paced(2000, () => {
        loop.turn();
        return loop.sourceEvents.events.length > 0 && loop.sinkEvents.events.length > 0;
      });
      assert.ok(await loop.hears(2000), "the tone did not come back");
      assert.ok(performance.now() - killed < 2000);
      assert.deepEqual(loop.sourceEvents.events, ["failed", "restored"]);
      assert.deepEqual(loop.sinkEvents.events, ["failed", "restored"]);
      assert.equal(loop.sourceEvents.errors[0].code, "device-failed");
    });

    await t.step("a device that does not exist is told when it is opened", async () => {
      await using host = new ScopedSupervisor(rig);
      const source = deviceEndpoints(host).source("Nonesuch");
      const events = new EventLog();
      await assert.rejects(source.open(events), (error: OffhookError) => {
        assert.equal(error.code, "device-not-found");
        assert.ok(error.hint!.includes(rig.microphone), error.hint);
        return true;
      });
      await source.close();
      assert.deepEqual(events.events, []);
    });
  });
}

for (const kind of PORTAUDIO_RIGS) {
  testUnless(
    kind.reason,
    `a sound server that dies and comes back, with ${kind.name}`,
    async () => {
      await using rig = await kind.start();
      await using host = new ScopedSupervisor(rig);
      await using loop = await openLoop(host, rig);
      assert.ok(await loop.hears(5000));
      await rig.pulse!.kill();
      const told = await paced(5000, () => {
        loop.turn();
        return loop.sourceEvents.events[0] === "failed" && loop.sinkEvents.events[0] === "failed";
      });
      assert.ok(told, "the loss was not told");
      await rig.pulse!.restart();
      assert.ok(await loop.hears(15_000), "the tone did not come back");
      assert.equal(loop.sourceEvents.events.at(-1), "restored");
      assert.equal(loop.sinkEvents.events.at(-1), "restored");
    },
  );
}

testWith([], "a host that hangs is replaced, and sound comes back", async () => {
  await using rig = await FAKE_RIG.start();
  await using host = new ScopedSupervisor(rig);
  await using loop = await openLoop(host, rig);
  assert.ok(await loop.hears(5000));
  Deno.kill((await host.pid())!, "SIGSTOP");
  const told = await paced(8000, () => {
    loop.turn();
    return loop.sourceEvents.events.length > 0;
  });
  assert.ok(told, "the hang was not noticed");
  assert.ok(await loop.hears(4000), "the tone did not come back");
});

testWith(
  [],
  "a card that knows only 44.1 kHz stereo plays and records at the right pitch",
  async () => {
    await using rig = await FAKE_RIG.start();
    await using host = new ScopedSupervisor(rig);
    await using loop = new Loop(host, "Stubborn speaker", "Stubborn microphone");
    await loop.open();
    assert.ok(await loop.hears(5000));
  },
);

testWith([], "before start and after close there is silence, and nothing throws", async () => {
  await using rig = await FAKE_RIG.start();
  await using host = new ScopedSupervisor(rig);
  const loop = new Loop(host, rig.speaker, rig.microphone);
  const into = new Int16Array(FRAME_SAMPLES).fill(5);
  assert.equal(loop.source.read(into), false);
  assert.ok(into.every((sample) => sample === 0));
  loop.sink.write(into);
  await Promise.all([loop.source.open(loop.sourceEvents), loop.sink.open(loop.sinkEvents)]);
  await paced(200, () => assert.equal(loop.source.read(into), false));
  await loop[Symbol.asyncDispose]();
  await loop[Symbol.asyncDispose]();
  assert.equal(loop.source.read(into), false);
  loop.sink.write(into);
});

testWith([], "an endpoint that is closed while its device is lost says nothing more", async () => {
  await using rig = await FAKE_RIG.start();
  await using host = new ScopedSupervisor(rig);
  const loop = await openLoop(host, rig);
  Deno.kill((await host.pid())!, "SIGKILL");
  await paced(2000, () => loop.sourceEvents.events.length > 0);
  await loop[Symbol.asyncDispose]();
  const told = loop.sourceEvents.events.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(loop.sourceEvents.events.length, told);
});

testWith([], "a microphone that nobody reads costs bounded memory and is counted", async () => {
  await using rig = await FAKE_RIG.start();
  await using host = new ScopedSupervisor(rig);
  await using loop = await openLoop(host, rig);
  await new Promise((resolve) => setTimeout(resolve, 400));
  const { counters } = loop.source as DeviceSource;
  assert.ok(counters.overflows >= 1, `${counters.overflows} overflows`);
  assert.ok(await loop.hears(2000));
});
