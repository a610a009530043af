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
import { FRAME_MS, FRAME_SAMPLES, GRAPH_RATE, loadResampler, Resampler } from "../src/audio/mod.ts";
import { G722Codec } from "../src/media/codec/g722.ts";
import { createCodec, loadCodecs } from "../src/media/codec/registry.ts";
import { OpusCodec } from "../src/media/codec/opus/opus.ts";
import { MediaStream } from "../src/media/stream/media_stream.ts";
import { findSignal } from "../src/lab/correlate.ts";
import { seeded } from "../tests/fakes/media/impaired_link.ts";
import { streamTo } from "../tests/fakes/media_party.ts";
import { VirtualClock } from "../tests/fakes/virtual_clock.ts";
import { stoi, STOI_RATE } from "../tests/support/stoi.ts";

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

/** Share of packets lost, and how many are lost in a row, on average. */
const LINKS = [[0, 1], [0.05, 1], [0.1, 1], [0.2, 1], [0.05, 3], [0.1, 3], [0.2, 3]] as const;

/** Whether the next packet is lost: two states, good and bad (Gilbert). */
function losses(share: number, inARow: number, seed: number): () => boolean {
  const random = seeded(seed);
  let bad = false;
  return () => {
    if (inARow === 1) return random() < share;
    const stays = 1 - 1 / inARow;
    const begins = share / (1 - share) / inARow;
    return bad = random() < (bad ? stays : begins);
  };
}

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

function resampled(samples: Int16Array, from: number, to: number): Int16Array {
  const resampler = new Resampler(from, to);
  const output = new Int16Array(resampler.outputBound(samples.length));
  const made = resampler.process(samples, output);
  resampler.free();
  return output.subarray(0, made);
}

/** Speech of a text-to-speech program, at 48 kHz. */
async function synthetic(): Promise<Int16Array> {
  const text = "The birch canoe slid on the smooth planks. Glue the sheet to the dark blue " +
    "background. It is easy to tell the depth of a well. These days a chicken leg is a rare dish. " +
    "Rice is often served in round bowls. The juice of lemons makes fine punch. ";
  const espeak = new Deno.Command("espeak-ng", { args: ["-s", "150", "--stdout", text.repeat(4)] });
  const { stdout } = await espeak.output();
  // 44 octets of header; mono at 22.05 kHz, of which the resampler makes 48.
  return resampled(new Int16Array(stdout.slice(44, stdout.length & ~1).buffer), 22_050, GRAPH_RATE);
}

/** Recorded speech, at 48 kHz; undefined where there is none. */
async function human(): Promise<Int16Array | undefined> {
  const folder = "/usr/share/asterisk/sounds/en_US_f_Allison/";
  const names = ["demo-instruct", "demo-congrats", "priv-callee-options", "demo-echotest"];
  const codec = new G722Codec();
  const pieces: Int16Array[] = [];
  for (const name of names) {
    const octets = await Deno.readFile(`${folder}${name}.g722`).catch(() => undefined);
    if (octets === undefined) return undefined;
    const pcm = new Int16Array(octets.length * 2);
    for (let at = 0; at + 160 <= octets.length; at += 160) {
      codec.decode(octets.subarray(at, at + 160), pcm.subarray(at * 2));
    }
    pieces.push(resampled(pcm, 16_000, GRAPH_RATE));
  }
  const whole = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0));
  pieces.reduce((at, piece) => (whole.set(piece, at), at + piece.length), 0);
  return whole;
}

function score(clean: Int16Array, { samples }: Heard): number {
  const from = LEARNING_S * STOI_RATE;
  const got = resampled(samples, GRAPH_RATE, STOI_RATE);
  const { delayMs } = findSignal(clean.subarray(from), got.subarray(from), STOI_RATE);
  const shift = Math.round((delayMs * STOI_RATE) / 1000);
  return stoi(clean.subarray(from), got.subarray(from + shift));
}

await loadResampler();
await loadCodecs(["OPUS"]);
const wanted = Deno.args.slice(1);
for (
  const [kind, speech] of [["human", await human()], ["espeak-ng", await synthetic()]] as const
) {
  if (speech === undefined) {
    console.log(`${kind}: there is none`);
    continue;
  }
  const part = speech.subarray(0, Math.min(speech.length, SECONDS * GRAPH_RATE));
  const clean = resampled(part, GRAPH_RATE, STOI_RATE);
  console.log(
    `\n| ${kind} | kb/s | ${
      LINKS.map(([p, n]) => `${p * 100} %${n > 1 ? ` ×${n}` : ""}`).join(" | ")
    } |`,
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
        return score(clean, heard);
      });
      return all.reduce((sum, one) => sum + one) / all.length;
    });
    const [least, most] = [Math.min(...rates), Math.max(...rates)].map(Math.round);
    const cells = scores.map((one) => one.toFixed(3).replace(/^0/, ""));
    console.log(`| ${candidate.name} | ${least}–${most} | ${cells.join(" | ")} |`);
  }
}
