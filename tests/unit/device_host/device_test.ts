/** Sound cards as people name them. */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import {
  type AudioDevice,
  findDevice,
  withStableIds,
} from "../../../src/device_host/wire/device.ts";
import { candidateFormats } from "../../../src/device_host/native/audio/stream_opener.ts";

function device(name: string, more: Partial<AudioDevice> = {}): Omit<AudioDevice, "id"> {
  return {
    name,
    hostApi: "ALSA",
    inputChannels: 1,
    outputChannels: 2,
    defaultInput: false,
    defaultOutput: false,
    sampleRate: 48_000,
    ...more,
  };
}

const DEVICES = withStableIds([
  device("HDA Intel PCH: ALC257 Analog (hw:0,0)", { inputChannels: 2, defaultOutput: true }),
  device("HDA Intel PCH: HDMI 0 (hw:0,3)", { inputChannels: 0, outputChannels: 8 }),
  device("Jabra EVOLVE 20 MS: USB Audio (hw:2,0)"),
  device("Logitech Webcam: USB Audio (hw:1,0)", { outputChannels: 0, defaultInput: true }),
  device("default", { inputChannels: 32, outputChannels: 32 }),
]);

const found = (wanted: string | undefined, direction: "capture" | "playback" = "playback") =>
  findDevice(DEVICES, wanted, direction).name;

function refusal(wanted: string | undefined, direction: "capture" | "playback"): OffhookError {
  try {
    findDevice(DEVICES, wanted, direction);
  } catch (error) {
    assert.ok(error instanceof OffhookError);
    assert.equal(error.code, "device-not-found");
    return error;
  }
  assert.fail(`${wanted} was found`);
}

Deno.test("an id stays the same when the card gets another number", () => {
  const before = withStableIds([device("Jabra EVOLVE 20 MS: USB Audio (hw:2,0)")])[0].id;
  const after = withStableIds([device("Jabra EVOLVE 20 MS: USB Audio (hw:5,0)")])[0].id;
  assert.equal(before, "alsa:jabra-evolve-20-ms-usb-audio-0:1x2");
  assert.equal(after, before);
});

Deno.test("equal devices get different ids", () => {
  const ids = withStableIds([device("Twin"), device("Twin"), device("Twin")]).map(({ id }) => id);
  assert.deepEqual(ids, ["alsa:twin:1x2", "alsa:twin:1x2#2", "alsa:twin:1x2#3"]);
  assert.equal(
    findDevice(withStableIds([device("Twin"), device("Twin")]), "alsa:twin:1x2#2", "capture").id,
    "alsa:twin:1x2#2",
  );
});

Deno.test("a device is found by id, name, or a part of its name", () => {
  assert.equal(found("alsa:jabra-evolve-20-ms-usb-audio-0:1x2"), DEVICES[2].name);
  assert.equal(found("Jabra EVOLVE 20 MS: USB Audio (hw:2,0)"), DEVICES[2].name);
  assert.equal(found("jabra evolve 20 ms: usb audio (HW:2,0)"), DEVICES[2].name);
  assert.equal(found("jabra"), DEVICES[2].name);
  assert.equal(found("usb audio"), DEVICES[2].name, "the webcam is no speaker");
  assert.equal(found("default"), "default");
});

Deno.test("an id is found although a busy card shows fewer channels", () => {
  assert.equal(found("alsa:jabra-evolve-20-ms-usb-audio-0:0x2"), DEVICES[2].name);
});

Deno.test("without a name it is the system's default of that direction", () => {
  assert.equal(found(undefined, "playback"), DEVICES[0].name);
  assert.equal(found(undefined, "capture"), DEVICES[3].name);
});

Deno.test("what does not exist is an error that lists what does", () => {
  const error = refusal("Plantronics", "capture");
  assert.match(error.message, /no microphone named "Plantronics"/);
  for (const index of [0, 2, 3, 4]) assert.ok(error.hint!.includes(DEVICES[index].name));
  assert.ok(!error.hint!.includes("HDMI"), "a screen is no microphone");
  assert.equal((error.data!.devices as unknown[]).length, 4);
});

Deno.test("what is ambiguous is an error with the ids to choose from", () => {
  const error = refusal("usb", "capture");
  assert.match(error.message, /"usb" names 2 microphones: "Jabra.*"Logitech/);
  assert.ok(error.hint!.includes(DEVICES[3].id));
});

Deno.test("a device of the other direction is named as such", () => {
  assert.match(refusal(DEVICES[3].name, "playback").message, /is not a speaker/);
});

Deno.test("an empty name never matches everything", () => {
  assert.equal(refusal("", "playback").code, "device-not-found");
});

Deno.test("no device and no default are told apart", () => {
  const none = () => findDevice([], undefined, "capture");
  assert.throws(none, /The system has no microphone/);
  const noDefault = () => findDevice(withStableIds([device("Only")]), undefined, "capture");
  assert.throws(noDefault, /The system has no default microphone/);
});

Deno.test("48 kHz mono is tried first, then stereo, then the device's own rate", () => {
  const [card] = withStableIds([device("x", { sampleRate: 44_100 })]);
  assert.deepEqual(candidateFormats(card, "playback"), [
    { rate: 48_000, channels: 1 },
    { rate: 48_000, channels: 2 },
    { rate: 44_100, channels: 1 },
    { rate: 44_100, channels: 2 },
  ]);
  assert.deepEqual(candidateFormats(card, "capture"), [
    { rate: 48_000, channels: 1 },
    { rate: 44_100, channels: 1 },
  ]);
});
