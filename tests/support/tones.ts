/**
 * Tells which of several tones a recording has, and when: who was heard by whom in which part of a
 * call. Tones rather than words, because a twentieth of a second of one is enough.
 */
import assert from "node:assert/strict";
import { toneAmplitude } from "../fakes/tone.ts";
import { readWav } from "./wav.ts";

const PIECE_MS = 50;
/** Of full scale 32767; what tests play has some 8000. */
const LOUD = 1_500;

export interface Span {
  /** Seconds of the recording. */
  from?: number;
  to?: number;
  /** 0 is left. */
  channel?: number;
}

export class ToneRecording {
  readonly #channels: { samples: Int16Array; rate: number }[];

  private constructor(channels: { samples: Int16Array; rate: number }[]) {
    this.#channels = channels;
  }

  /** @param paths of one WAV file, or of several of one rate that follow each other */
  static async read(paths: string | string[], channels = 1): Promise<ToneRecording> {
    const read = async (channel: number) => {
      const parts = await Promise.all([paths].flat().map((path) => readWav(path, channel)));
      const samples = parts.flatMap((part) => [...part.samples]);
      return {
        rate: parts[0]!.rate,
        samples: Int16Array.from(samples, (sample) => Math.round(sample * 32_767)),
      };
    };
    const all = Array.from({ length: channels }, (_, channel) => read(channel));
    return new ToneRecording(await Promise.all(all));
  }

  /** Seconds of a tone. */
  seconds(hertz: number, { from = 0, to = Infinity, channel = 0 }: Span = {}): number {
    const { samples, rate } = this.#channels[channel]!;
    const piece = Math.round((rate * PIECE_MS) / 1000);
    let pieces = 0;
    for (let at = Math.round(from * rate); at + piece <= Math.min(samples.length, to * rate);) {
      if (toneAmplitude(samples.subarray(at, at + piece), hertz, rate) > LOUD) pieces++;
      at += piece;
    }
    return (pieces * PIECE_MS) / 1000;
  }

  /** A picture for a failure: which of the tones is heard in each tenth of a second. */
  picture(tones: readonly number[], channel = 0): string {
    const { samples, rate } = this.#channels[channel]!;
    const tenths = Math.floor((samples.length / rate) * 10);
    return Array.from({ length: tenths }, (_, tenth) => {
      const part = samples.subarray((tenth * rate) / 10, ((tenth + 1) * rate) / 10);
      const loud = tones.findIndex((hertz) => toneAmplitude(part, hertz, rate) > LOUD);
      return loud < 0 ? "." : String.fromCharCode(97 + loud);
    }).join("");
  }
}

/** Path of a mono WAV file of 60 s of a tone, 8 kHz, made for one test. */
export async function toneWav(path: string, hertz: number): Promise<string> {
  const args = ["-R", "-n", "-r", "8000", "-b", "16", "-c", "1", path];
  const { success } = await new Deno.Command("sox", {
    args: [...args, "synth", "60", "sine", `${hertz}`, "gain", "-10"],
    stdout: "null",
    stderr: "null",
  }).output();
  assert.ok(success, "sox makes a tone");
  return path;
}
