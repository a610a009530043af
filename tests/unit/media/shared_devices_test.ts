/** Sound cards that several calls use: opened once, read and written once a tick, told of to each. */
import assert from "node:assert/strict";
import { type EndpointEvents, FRAME_SAMPLES } from "../../../src/audio/endpoint.ts";
import { OffhookError } from "../../../src/base/errors.ts";
import { SharedDevices } from "../../../src/media/sound/shared_devices.ts";
import { FakeCards, frameOf } from "../../fakes/media/cards.ts";
import { largestStep } from "../../fakes/media/signals.ts";

function desk() {
  const cards = new FakeCards();
  return { cards, devices: new SharedDevices(() => Promise.resolve(cards)) };
}

/** What one call is told of its endpoint. */
class Ear implements EndpointEvents {
  readonly told: string[] = [];
  failed({ message }: OffhookError): void {
    this.told.push(`failed: ${message}`);
  }
  restored(): void {
    this.told.push("restored");
  }
  ended(): void {
    this.told.push("ended");
  }
}

async function microphones(devices: SharedDevices, ...names: (string | undefined)[]) {
  const ears = names.map(() => new Ear());
  const sources = names.map((name) => devices.source(name));
  await Promise.all(sources.map((source, i) => source.open(ears[i]!)));
  return { ears, sources };
}

async function speakers(devices: SharedDevices, ...names: (string | undefined)[]) {
  const ears = names.map(() => new Ear());
  const sinks = names.map((name) => devices.sink(name));
  await Promise.all(sinks.map((sink, i) => sink.open(ears[i]!)));
  for (const sink of sinks) sink.start();
  return { ears, sinks };
}

Deno.test("two calls with one microphone: it is open until both are over", async () => {
  const { cards, devices } = desk();
  const { sources: [first, second] } = await microphones(devices, "Headset", "Headset");
  assert.equal(cards.microphones.length, 1);
  await first!.close();
  await first!.close();
  assert.deepEqual(cards.open, ["Headset"]);
  await second!.close();
  assert.deepEqual(cards.open, []);
  // A call after that opens it anew.
  const { sources: [third] } = await microphones(devices, "Headset");
  assert.deepEqual([cards.microphones.length, cards.open], [2, ["Headset"]]);
  await third!.close();
});

Deno.test("each name is a card of its own, but one that the default turns out to be", async () => {
  const { cards, devices } = desk();
  const names = ["Headset", undefined, "Camera", undefined];
  const { sources, ears } = await microphones(devices, ...names);
  assert.deepEqual(cards.open.sort(), ["Camera", "Headset"]);
  for (const source of sources) source.start();
  const frames = sources.map(() => frameOf(0));
  sources.forEach((source, i) => source.read(frames[i]!));
  assert.deepEqual(frames[1], frames[0]);
  cards.microphones[0]!.lose();
  assert.deepEqual(ears.map(({ told }) => told.length), [1, 1, 0, 1]);
  cards.microphones[0]!.comeBack();
  const { sources: [named] } = await microphones(devices, "Headset");
  assert.deepEqual(cards.open.sort(), ["Camera", "Headset"]);
  await named!.close();
  await Promise.all(sources.map((source) => source.close()));
  assert.deepEqual(cards.open, []);
});

Deno.test("each call gets the same frame of a tick, and the next one in the next", async () => {
  const { cards: { microphones: [card] }, devices, sources: [first, second] } = await (async () => {
    const { cards, devices } = desk();
    return { cards, devices, ...await microphones(devices, "Headset", "Headset") };
  })();
  const [one, two] = [frameOf(0), frameOf(0)];
  assert.equal(first!.read(one), false, "before its start there is nothing");
  first!.start();
  second!.start();
  assert.equal(card!.started, 1);
  for (let tick = 1; tick <= 3; tick++) {
    assert.ok(first!.read(one) && second!.read(two));
    assert.deepEqual(one, two);
    assert.equal(card!.reads, tick);
    devices.tick();
  }
  await first!.close();
  assert.equal(first!.read(one), false);
  assert.ok(one.every((sample) => sample === 0));
  assert.ok(second!.read(two) && two.some((sample) => sample !== 0));
  await second!.close();
});

Deno.test("the loss of a card, and its return, is told to each call that uses it", async () => {
  const { cards, devices } = desk();
  const { sources, ears } = await microphones(devices, "Headset", "Headset", "Camera");
  const [headset] = cards.microphones;
  headset!.lose();
  headset!.comeBack();
  const both = ["failed: Headset was pulled out", "restored"];
  assert.deepEqual(ears.map(({ told }) => told), [both, both, []]);
  await sources[0]!.close();
  headset!.lose();
  assert.deepEqual(ears.map(({ told }) => told.length), [2, 3, 0]);
  // Who wants it now is told so, and the call that waits for it still does.
  await assert.rejects(microphones(devices, "Headset"), { code: "device-failed" });
  headset!.comeBack();
  assert.equal(ears[1]!.told.at(-1), "restored");
  await Promise.all(sources.map((source) => source.close()));
  assert.deepEqual(cards.open, []);
});

Deno.test("a card that cannot be opened is told to each who waits, and tried anew for the next", async () => {
  const { cards, devices } = desk();
  cards.slow = true;
  const waiting = [devices.source("Headset"), devices.source("Headset")];
  const opening = waiting.map((source) => source.open(new Ear()));
  const settled = Promise.allSettled(opening);
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(cards.microphones.length, 1);
  cards.microphones[0]!.settle(new OffhookError("device-not-found", "there is no Headset"));
  for (const result of await settled) {
    assert.equal(result.status === "rejected" && result.reason.code, "device-not-found");
  }
  await Promise.all(waiting.map((source) => source.close()));
  cards.slow = false;
  const { sources: [later] } = await microphones(devices, "Headset");
  assert.deepEqual(cards.open, ["Headset"]);
  await later!.close();
});

Deno.test("a call that ends while its card opens leaves it open for the other, or closed", async () => {
  for (const stays of [true, false]) {
    const { cards, devices } = desk();
    cards.slow = true;
    const [first, second] = [devices.source("Headset"), devices.source("Headset")];
    const opening = [first.open(new Ear())];
    if (stays) opening.push(second.open(new Ear()));
    await new Promise((resolve) => setTimeout(resolve, 0));
    await first.close();
    cards.microphones[0]!.settle();
    await Promise.all(opening);
    assert.deepEqual(cards.open, stays ? ["Headset"] : []);
    await second.close();
    assert.deepEqual(cards.open, []);
  }
});

Deno.test("one call's sound goes to the card as it is; of two, the sum, once a tick", async () => {
  const { cards, devices } = desk();
  const { sinks: [first, second] } = await speakers(devices, "Desk", "Desk");
  const [card] = cards.speakers;
  assert.deepEqual([cards.speakers.length, card!.started], [1, 1]);
  first!.write(frameOf(700));
  assert.equal(card!.written.length, 0, "the other call may still have its turn");
  devices.tick();
  assert.deepEqual(card!.written, [frameOf(700)]);
  for (let tick = 0; tick < 3; tick++) {
    first!.write(frameOf(700));
    second!.write(frameOf(50));
    devices.tick();
  }
  devices.tick();
  assert.equal(card!.written.length, 4, "where nobody has a turn nothing is played");
  assert.deepEqual(card!.written.at(-1), frameOf(750));
  await first!.close();
  await second!.close();
});

Deno.test("a call that ends does not click in the speaker of the other", async () => {
  const { cards, devices } = desk();
  const { sinks: [first, second] } = await speakers(devices, "Desk", "Desk");
  const turn = (...sinks: typeof first[]) => {
    for (const sink of sinks) sink!.write(frameOf(9_600));
    devices.tick();
  };
  turn(first, second);
  turn(first, second);
  await first!.close();
  for (let i = 0; i < 4; i++) turn(second);
  const { written } = cards.speakers[0]!;
  const samples = Int16Array.from(written.slice(1).flatMap((frame) => [...frame]));
  assert.deepEqual([samples[FRAME_SAMPLES - 1]! > 18_000, samples.at(-1)], [true, 9_600]);
  assert.ok(largestStep(samples) <= 40, `a step of ${largestStep(samples)}`);
  await second!.close();
});

Deno.test("a card's own pace is asked for once a tick, and each call follows it", async () => {
  const { cards, devices } = desk();
  const { sinks } = await speakers(devices, "Desk", "Desk");
  const [card] = cards.speakers;
  card!.pace.push(1, 2, 0, 1);
  const asked: number[][] = [];
  let value = 0;
  for (let tick = 0; tick < 4; tick++) {
    const frames = sinks.map((sink) => sink.frames!());
    asked.push(frames);
    for (const [i, sink] of sinks.entries()) {
      for (let nth = 0; nth < frames[i]!; nth++) sink.write(frameOf(10 * (value + nth)));
    }
    value += frames[0]!;
    devices.tick();
  }
  assert.deepEqual(asked, [[1, 1], [2, 2], [0, 0], [1, 1]]);
  // Both frames of the second tick, one after the other, each the sum of two.
  assert.deepEqual(card!.written.map((frame) => frame.at(-1)), [0, 20, 40, 60]);
  await Promise.all(sinks.map((sink) => sink.close()));
});

Deno.test("a card whose module cannot be loaded fails what waits for it, and nothing hangs", async () => {
  const error = new OffhookError("device-failed", "no sound system");
  const devices = new SharedDevices(() => Promise.reject(error));
  const source = devices.source("Headset");
  await assert.rejects(source.open(new Ear()), { code: "device-failed" });
  await source.close();
  devices.tick();
});
