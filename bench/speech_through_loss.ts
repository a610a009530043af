// deno-lint-ignore-file no-console
/**
 * How intelligible speech stays where packets are lost: STOI of each codec, over two whole streams
 * of ours (jitter buffer, concealment and RTCP included) in virtual time.
 *
 *     speech ─► MediaStream ─► link that loses packets by a seed ─► MediaStream ─► STOI
 *                     ▲────────────── RTCP, never lost ──────────────┘
 *
 *     deno run -P=test bench/speech_through_loss.ts [SECONDS] [CODEC …]
 *
 * Human speech is that of Debian's `asterisk-core-sounds-en-g722`, where it is installed; that of
 * `espeak-ng` comes beside it. The first seconds, in which RTCP tells of the loss, are not scored.
 */
import { FRAME_MS, FRAME_SAMPLES, GRAPH_RATE, loadResampler } from "../src/audio/mod.ts";
import { createCodec, loadCodecs } from "../src/media/codec/registry.ts";
import { OpusCodec } from "../src/media/codec/opus/opus.ts";
import { MediaStream } from "../src/media/stream/media_stream.ts";
import { seeded } from "../tests/fakes/media/impaired_link.ts";
import { linkName, LINKS, losses } from "./speech/links.ts";
import { resampled, score } from "./speech/score.ts";
import { speeches } from "./speech/speeches.ts";
import { streamTo } from "../tests/fakes/media_party.ts";
import { VirtualClock } from "../tests/fakes/virtual_clock.ts";
import { STOI_RATE } from "../tests/support/stoi.ts";

const SECONDS = Number(Deno.args[0] ?? 40);
/** Until then RTCP has told of the loss at least once. */
const LEARNING_S = 10;
const SEEDS = [1, 2, 3];
/** What the network takes. */
const DELAY_MS = 20;

interface Candidate {
  name: string;
  encoding: string;
  bitrate?: number;
}

const CANDIDATES: Candidate[] = [
  { name: "PCMU", encoding: "PCMU" },
  { name: "G.722", encoding: "G722" },
  ...[24, 32, 48, 64].map((rate) => ({
    name: `Opus, ${rate} kb/s`,
    encoding: "OPUS",
    bitrate: rate * 1000,
  })),
  { name: "Opus", encoding: "OPUS" },
];

interface Heard {
  samples: Int16Array;
  /** Octets of payload a second of sound, as kilobits. */
  kbps: number;
}

/** Sends speech (48 kHz) from one stream of ours to another. */
function through(speech: Int16Array, candidate: Candidate, lost: () => boolean, seed: number) {
  const clock = new VirtualClock(0);
  const random = seeded(seed);
  const frames = Math.floor(speech.length / FRAME_SAMPLES);
  const heard: Heard = { samples: new Int16Array(speech.length), kbps: 0 };
  const stream = streamTo(4000, candidate.encoding);
  const { bitrate } = candidate;
  const end = (other: () => MediaStream, sends: boolean) =>
    new MediaStream({
      clock,
      random: () => Math.floor(random() * 0x1_0000_0000),
      createCodec: (format) =>
        format.encoding === "OPUS"
          ? new OpusCodec(format, bitrate === undefined ? {} : { bitrate }, () => 0)
          : createCodec(format),
    }, {
      transmit: (kind, data) => {
        if (kind !== "rtp" && kind !== "rtcp") return;
        if (kind === "rtp" && !sends) return;
        if (kind === "rtp") heard.kbps += (data.length - 12) * 8 / (frames * FRAME_MS);
        if (kind === "rtp" && lost()) return;
        const copy = data.slice();
        clock.setTimeout(() => other().receive(kind, copy), DELAY_MS);
      },
      heard: () => {},
      returned: () => {},
      digit: () => {},
      digitsSent: () => {},
    });
  const sender: MediaStream = end(() => receiver, true);
  const receiver: MediaStream = end(() => sender, false);
  for (const side of [sender, receiver]) side.use(stream, true);
  for (let i = 0; i < frames; i++) {
    sender.hear(speech.subarray(i * FRAME_SAMPLES, (i + 1) * FRAME_SAMPLES));
    clock.advance(7);
    heard.samples.set(receiver.speak(clock.now()), i * FRAME_SAMPLES);
    for (const side of [sender, receiver]) side.tick(clock.now());
    clock.advance(FRAME_MS - 7);
  }
  for (const side of [sender, receiver]) side.free();
  return heard;
}

await loadResampler();
await loadCodecs(["OPUS"]);
const wanted = Deno.args.slice(1);
for (const [kind, speech] of await speeches()) {
  const part = speech.subarray(0, Math.min(speech.length, SECONDS * GRAPH_RATE));
  const clean = resampled(part, GRAPH_RATE, STOI_RATE);
  console.log(
    `\n| ${kind} | kb/s | ${LINKS.map(linkName).join(" | ")} |`,
  );
  console.log(`| --- | ---: |${LINKS.map(() => " ---: |").join("")}`);
  for (const candidate of CANDIDATES) {
    if (wanted.length > 0 && !wanted.includes(candidate.name)) continue;
    const rates: number[] = [];
    const scores = LINKS.map(([share, inARow]) => {
      const seeds = share === 0 ? [1] : SEEDS;
      const all = seeds.map((seed) => {
        const heard = through(part, candidate, losses(share, inARow, seed), seed);
        rates.push(heard.kbps);
        return score(
          clean.subarray(LEARNING_S * STOI_RATE),
          heard.samples.subarray(LEARNING_S * GRAPH_RATE),
        );
      });
      return all.reduce((sum, one) => sum + one) / all.length;
    });
    const [least, most] = [Math.min(...rates), Math.max(...rates)].map(Math.round);
    const cells = scores.map((one) => one.toFixed(3).replace(/^0/, ""));
    console.log(`| ${candidate.name} | ${least}–${most} | ${cells.join(" | ")} |`);
  }
}
