/**
 * What every backend of the device host does for its clients, seen from the socket: the fake one,
 * naudiodon and libportaudio pass the same tests.
 */
import assert from "node:assert/strict";
import process from "node:process";
import { OffhookError } from "../../src/base/errors.ts";
import { DeviceHostConnection } from "../../src/device_host/client/connection.ts";
import type { DeviceStream } from "../../src/device_host/client/stream.ts";
import type { DeviceHostSupervisor } from "../../src/device_host/client/supervisor.ts";
import { DEVICE_RIGS, type DeviceRig, ScopedSupervisor } from "../fakes/device_rigs.ts";
import { loudness, paced, toneAmplitude, ToneGenerator } from "../fakes/tone.ts";
import { missing } from "../support/requirements.ts";
import { testUnless } from "../support/skip.ts";

const FRAME = 960;
const FREQUENCY = 1000;
const AMPLITUDE = 12_000;
/** A cold card may need some of this before its first sound. */
const LONGEST_MS = 8_000;

type Clause = (place: { rig: DeviceRig; host: DeviceHostSupervisor }) => Promise<void>;
const CONTRACT: Record<string, Clause> = {};

async function connected(host: DeviceHostSupervisor): Promise<DeviceHostConnection> {
  return await DeviceHostConnection.connect(await host.socket());
}

/** Failures of streams in the test under way; there must be none. */
const failures: OffhookError[] = [];
const failed = (error: OffhookError) => failures.push(error);

/** Plays the tone until it is heard for 100 ms; fails when it never is. */
async function hearTone(speaker: DeviceStream, heard: () => Int16Array): Promise<void> {
  const tone = new ToneGenerator(FREQUENCY, 48_000, AMPLITUDE);
  const frame = new Int16Array(FRAME);
  let level = 0;
  const came = await paced(LONGEST_MS, () => {
    speaker.send(tone.fill(frame));
    level = toneAmplitude(heard(), FREQUENCY);
    return level > AMPLITUDE * 0.8 && level < AMPLITUDE * 1.2;
  });
  assert.ok(came, `heard the tone with an amplitude of ${level} instead of ${AMPLITUDE}`);
}

/** The last 100 ms that a capture gave. */
class Recent {
  readonly samples = new Int16Array(4800);
  frames = 0;
  positions: number[] = [];

  take = (samples: Int16Array, position: number): void => {
    this.samples.copyWithin(0, samples.length);
    this.samples.set(samples, this.samples.length - samples.length);
    this.frames++;
    this.positions.push(position);
  };
}

CONTRACT["lists its devices with ids and directions"] = async ({ rig, host }) => {
  const { backend, devices, unavailable } = await host.listDevices();
  assert.equal(backend, rig.backend);
  assert.equal(unavailable, undefined);
  assert.ok(devices.find(({ name }) => name === rig.speaker)!.outputChannels > 0);
  assert.ok(devices.find(({ name }) => name === rig.microphone)!.inputChannels > 0);
  assert.equal(new Set(devices.map(({ id }) => id)).size, devices.length);
};

CONTRACT["what is played on the speaker is heard on the microphone"] = async ({ rig, host }) => {
  const connection = await connected(host);
  const recent = new Recent();
  const microphone = await connection.openStream("capture", rig.microphone, 20, {
    pcm: recent.take,
    failed,
  });
  const speaker = await connection.openStream("playback", rig.speaker, 20, { failed });
  assert.equal(speaker.opened.rate, 48_000);
  assert.equal(speaker.opened.device.name, rig.speaker);
  await paced(LONGEST_MS, () => recent.frames > 10);
  assert.ok(loudness(recent.samples) < 10, "it was quiet before");
  await hearTone(speaker, () => recent.samples);
  const steps = recent.positions.slice(1).map((position, i) => position - recent.positions[i]);
  assert.ok(steps.every((step) => step === FRAME), "every frame follows the one before");
  await Promise.all([microphone.close(), speaker.close()]);
  connection.close();
  await connection.closed;
};

/** How much of an echo it takes away, `echo_canceller_test.ts` says, in a time that no load disturbs. */
CONTRACT["an echo canceller goes on and off while sound runs, or says what to install"] = async (
  { rig, host },
) => {
  const connection = await connected(host);
  if (missing(["speexdsp"]) !== undefined) {
    await assert.rejects(connection.cancelEcho(true), { hint: /libspeexdsp1/ });
    return connection.close();
  }
  const recent = new Recent();
  const microphone = await connection.openStream("capture", rig.microphone, 20, {
    pcm: recent.take,
    failed,
  });
  const speaker = await connection.openStream("playback", rig.speaker, 20, { failed });
  await hearTone(speaker, () => recent.samples);
  await connection.cancelEcho(true);
  const frames = recent.frames;
  assert.ok(await paced(LONGEST_MS, () => recent.frames > frames + 20), "sound goes on");
  await connection.cancelEcho(false);
  await hearTone(speaker, () => recent.samples);
  await Promise.all([microphone.close(), speaker.close()]);
  connection.close();
};

CONTRACT["opens by id, by a part of the name, and by a list"] = async ({ rig, host }) => {
  const { devices } = await host.listDevices();
  const { id } = devices.find(({ name }) => name === rig.microphone)!;
  const connection = await connected(host);
  const part = rig.microphone.slice(2).toUpperCase();
  for (const name of [id, part, `Nonesuch | ${part} | default`]) {
    const stream = await connection.openStream("capture", name, 10, { failed });
    assert.equal(stream.opened.device.id, id);
    await stream.close();
  }
  connection.close();
};

CONTRACT["a device that does not exist is an error that lists what does"] = async (
  { rig, host },
) => {
  const connection = await connected(host);
  const opening = connection.openStream("capture", "Nonesuch", 20, { failed });
  await assert.rejects(opening, (error: OffhookError) => {
    assert.equal(error.code, "device-not-found");
    assert.ok(error.hint!.includes(rig.microphone));
    return true;
  });
  connection.close();
};

CONTRACT["clients do not touch each other's streams"] = async ({ rig, host }) => {
  const [one, other] = [await connected(host), await connected(host)];
  const recent = new Recent();
  const speaker = await one.openStream("playback", rig.speaker, 20, { failed });
  const microphone = await other.openStream("capture", rig.microphone, 20, {
    pcm: recent.take,
    failed,
  });
  const guest = await connected(host);
  await guest.openStream("playback", rig.speaker, 20, { failed });
  guest.close();
  await guest.closed;
  await hearTone(speaker, () => recent.samples);
  await Promise.all([speaker.close(), microphone.close()]);
  one.close();
  other.close();
};

CONTRACT["streams open and close again and again"] = async ({ rig, host }) => {
  const connection = await connected(host);
  for (let i = 0; i < 6; i++) {
    const recent = new Recent();
    const stream = await connection.openStream("capture", rig.microphone, 10, {
      pcm: recent.take,
      failed,
    });
    const flowed = await paced(LONGEST_MS, () => recent.frames > 2);
    assert.ok(flowed, `no sound after opening number ${i + 1}`);
    await stream.close();
  }
  connection.close();
};

CONTRACT["the host leaves by itself when its last client goes"] = async ({ host }) => {
  await host.listDevices();
  const pid = (await host.pid())!;
  assert.ok(isAlive(pid));
  const began = performance.now();
  await host.close();
  assert.ok(!isAlive(pid));
  assert.ok(performance.now() - began < 2500, "it had to be killed");
};

for (const kind of DEVICE_RIGS) {
  testUnless(kind.reason, `the device host with ${kind.name}`, async (t) => {
    await using rig = await kind.start();
    for (const [clause, run] of Object.entries(CONTRACT)) {
      await t.step(clause, async () => {
        await using host = new ScopedSupervisor(rig);
        failures.length = 0;
        await run({ rig, host });
        assert.deepEqual(failures, []);
      });
    }
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
