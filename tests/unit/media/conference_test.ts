/** A conference of streams with different codecs on one bridge, in virtual time. */
import assert from "node:assert/strict";
import { loadResampler } from "../../../src/audio/resampler.ts";
import type { MediaKind } from "../../../src/media/transport/media_transport.ts";
import { MediaStream } from "../../../src/media/stream/media_stream.ts";
import { Bridge } from "../../../src/media/sound/bridge.ts";
import type { Party } from "../../../src/media/sound/party.ts";
import { OPUS_STREAM, withOpus } from "../../fakes/media/fake_opus.ts";
import { seeded } from "../../fakes/media/impaired_link.ts";
import { joined } from "../../fakes/media/signals.ts";
import { formatOf, streamTo } from "../../fakes/media_party.ts";
import { toneAmplitude, ToneGenerator } from "../../fakes/tone.ts";
import { VirtualClock } from "../../fakes/virtual_clock.ts";

await loadResampler();

/** Says a tone; keeps the last second of what it hears. */
class Person implements Party {
  readonly #heard: Int16Array[] = [];
  readonly #frame = new Int16Array(960);
  readonly #tone: ToneGenerator;

  constructor(readonly frequency: number) {
    this.#tone = new ToneGenerator(frequency, 48_000, 4_000);
  }

  speak(): Int16Array {
    return this.#tone.fill(this.#frame);
  }

  hear(mix: Int16Array): void {
    this.#heard.push(mix.slice());
    if (this.#heard.length > 50) this.#heard.shift();
  }

  hears({ frequency }: Person): number {
    return toneAmplitude(joined(this.#heard), frequency);
  }
}

/** A call: our stream of it, and the far end's own stream and bridge. */
function callOf(clock: VirtualClock, person: Person, changes: object, seed: number) {
  const numbers = seeded(seed);
  const random = () => Math.floor(numbers() * 2 ** 32);
  const ends: MediaStream[] = [];
  const stream = (other: 0 | 1) =>
    new MediaStream({ clock, random, createCodec: withOpus() }, {
      transmit: (kind: MediaKind, data: Uint8Array) => {
        if (kind !== "rtp" && kind !== "rtcp") return;
        const copy = data.slice();
        clock.setTimeout(() => ends[other]!.receive(kind, copy), 3);
      },
      heard: () => {},
      returned: () => {},
      digit: () => {},
      digitsSent: () => {},
    });
  ends.push(stream(1), stream(0));
  for (const end of ends) end.use({ ...streamTo(4000, "PCMU"), ...changes }, true);
  const there = new Bridge();
  there.join(person, "near");
  there.join(ends[1]!, "far");
  return {
    stream: ends[0]!,
    tick: (due: number) => there.tick(due),
    free: () => ends.forEach((end) => end.free()),
  };
}

Deno.test("five parties on four codecs: each hears exactly the others; one leaves, the rest talk on", () => {
  const clock = new VirtualClock(0);
  const only = (encoding: string) => {
    const format = formatOf(encoding);
    return { sendFormat: format, receiveFormats: [format] };
  };
  const people = [400, 700, 1_000, 1_300, 1_600].map((frequency) => new Person(frequency));
  const [us, ...callers] = people;
  const codecs = [only("PCMU"), only("G722"), OPUS_STREAM, only("PCMA")];
  const calls = callers.map((person, i) => callOf(clock, person, codecs[i]!, i + 1));
  const bridge = new Bridge();
  bridge.join(us!, "near");
  for (const { stream } of calls) bridge.join(stream, "far");
  const run = (ticks: number) => {
    for (let i = 0; i < ticks; i++) {
      const due = clock.now();
      for (const { tick } of calls) tick(due);
      bridge.tick(due);
      clock.advance(20);
    }
  };
  const assertHearing = (who: Person[]) => {
    for (const listener of who) {
      for (const talker of people) {
        const level = listener.hears(talker);
        const expected = who.includes(talker) && talker !== listener;
        const text = `${listener.frequency} hears ${talker.frequency} at ${level}`;
        assert.ok(expected ? level > 3_000 && level < 4_500 : level < 100, text);
      }
    }
  };
  run(200);
  assertHearing(people);
  bridge.leave(calls[1]!.stream);
  run(100);
  assertHearing(people.filter((person) => person !== callers[1]));
  for (const { free } of calls) free();
});
