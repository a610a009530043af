/** Calls are heard on a headset that is put in, where the settings leave them to it or prefer it. */
import assert from "node:assert/strict";
import type { HeadsetInput } from "../../../src/core/ports/mod.ts";
import { withStableIds } from "../../../src/device_host/wire/device.ts";
import { SoundFollower } from "../../../src/station/desk/headset_sound.ts";

const card = (name: string) => ({
  name,
  hostApi: "ALSA",
  inputChannels: 1,
  outputChannels: 2,
  defaultInput: false,
  defaultOutput: false,
  sampleRate: 48_000,
});
const DEVICES = withStableIds([
  card("Built-in (hw:0,0)"),
  card("Jabra EVOLVE 20 (hw:2,0)"),
  card("Poly Sync (hw:3,0)"),
]);
const JABRA = { name: "Jabra EVOLVE 20", soundCards: [2] };

/** Where calls are heard after each step; `undefined` in `plugged`: no headset. */
async function heard(name: string | undefined, plugged: (typeof JABRA | undefined)[]) {
  const said: HeadsetInput[] = [];
  const device = name === undefined
    ? { kind: "device" } as const
    : { kind: "device", name } as const;
  const follower = new SoundFollower({
    base: { microphone: device, speaker: device },
    devices: () => Promise.resolve(DEVICES),
    notify: (input) => said.push(input),
    log: () => {},
  });
  await follower.learn();
  said.length = 0;
  for (const headset of plugged) follower.follow(headset);
  return said.map((input) => {
    assert.ok(input.type === "HeadsetSound");
    assert.deepEqual(input.microphone, input.speaker);
    assert.ok(input.speaker.kind === "device");
    return input.speaker.name;
  });
}

const ID = DEVICES[1].id;

Deno.test("whatever device is there follows a headset, and comes back when it goes", async () => {
  assert.deepEqual(await heard(undefined, [JABRA, undefined]), [ID, undefined]);
});

Deno.test("a file stays", async () => {
  const said: HeadsetInput[] = [];
  const follower = new SoundFollower({
    base: { microphone: { kind: "file", path: "/x.wav", loop: false }, speaker: { kind: "null" } },
    devices: () => Promise.resolve(DEVICES),
    notify: (input) => said.push(input),
    log: () => {},
  });
  await follower.learn();
  said.length = 0;
  follower.follow(JABRA);
  assert.deepEqual(said, []);
});

Deno.test("a device that is named stays", async () => {
  assert.deepEqual(await heard("Jabra", [JABRA]), []);
  assert.deepEqual(await heard("Built-in", [JABRA]), []);
});

Deno.test("a list follows the headset that it prefers, with the rest of it behind", async () => {
  const list = "Nonesuch | Jabra | Built-in";
  assert.deepEqual(await heard(list, [JABRA, undefined, JABRA]), [
    `${ID} | ${list}`,
    list,
    `${ID} | ${list}`,
  ]);
});

Deno.test("a list stays where it is when something better than the headset is there", async () => {
  assert.deepEqual(await heard("Poly | Jabra", [JABRA]), []);
  assert.deepEqual(await heard("Poly | Built-in", [JABRA]), []);
});
