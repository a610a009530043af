/** What is said in benches: recorded and synthetic speech, at 48 kHz. */
import { GRAPH_RATE } from "../../src/audio/mod.ts";
import { G722Codec } from "../../src/media/codec/g722.ts";
import { resampled } from "./score.ts";

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

/** By name; without the recorded one where Debian's package is not installed. */
export async function speeches(): Promise<Map<string, Int16Array>> {
  const recorded = await human();
  return new Map([
    ...(recorded === undefined ? [] : [["human", recorded] as const]),
    ["espeak-ng", await synthetic()],
  ]);
}
