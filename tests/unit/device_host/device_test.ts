/** Sound cards as people name them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { OffhookError } from "../../../src/base/errors.ts";
import {
  type AudioDevice,
  findDevice,
  prefers,
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

Deno.test("of a list the first device that is there is used", () => {
  assert.equal(found("Plantronics | jabra | default"), DEVICES[2].name);
  assert.equal(found("Plantronics|HDMI"), DEVICES[1].name);
  assert.equal(found("hdmi | jabra", "capture"), DEVICES[2].name, "a screen is no microphone");
  assert.equal(found("usb audio | webcam", "capture"), DEVICES[3].name, "usb audio is not unique");
  assert.equal(found("Nonesuch | jabra | jabra |"), DEVICES[2].name);
});

Deno.test("default in a list is the system's, also where no device has that name", () => {
  const devices = withStableIds([device("Only"), device("Main", { defaultInput: true })]);
  assert.equal(findDevice(devices, "Nonesuch | default", "capture").name, "Main");
  assert.throws(
    () => findDevice(devices, "Nonesuch | default", "playback"),
    /none of the speakers/,
  );
});

Deno.test("a pattern takes the first device that it matches as a whole", () => {
  assert.equal(found("*usb audio*", "capture"), DEVICES[2].name);
  assert.equal(found("hda*hdmi*"), DEVICES[1].name);
  assert.equal(found("alsa:logitech*", "capture"), DEVICES[3].name);
  assert.match(refusal("hdmi*", "playback").message, /no speaker named "hdmi\*"/);
  assert.equal(found("Nonesuch* | *(hw:0,3)"), DEVICES[1].name);
});

Deno.test("a list of which nothing is there is an error that names it, and what there is", () => {
  const error = refusal("Plantronics | Poly | Poly", "capture");
  assert.match(error.message, /none of the microphones "Plantronics", "Poly"$/);
  assert.ok(error.hint!.includes(DEVICES[2].name));
  for (const empty of ["|", " | | "]) assert.equal(refusal(empty, "playback").code, error.code);
});

Deno.test("no list, however odd, finds a device that it does not name", () => {
  const name = fc.constantFrom(
    "jabra",
    "hdmi",
    "nonesuch",
    "usb",
    "*",
    "**",
    "",
    "default",
    "\u0000",
  );
  fc.assert(fc.property(fc.array(name), (names) => {
    const wanted = names.join("|");
    try {
      const { name } = findDevice(DEVICES, wanted, "playback");
      assert.ok(names.some((each) => each.includes("*") || name.toLowerCase().includes(each)));
    } catch (error) {
      assert.equal((error as OffhookError).code, "device-not-found");
    }
  }));
});

Deno.test("a list prefers the first device that is there, a single name is no list", () => {
  const jabra = DEVICES[2].id;
  assert.ok(prefers(DEVICES, "Plantronics | jabra | webcam", jabra, "capture"));
  assert.ok(!prefers(DEVICES, "webcam | jabra", jabra, "capture"));
  assert.ok(!prefers(DEVICES, "jabra", jabra, "capture"));
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
