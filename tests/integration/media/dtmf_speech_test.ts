/** Ten minutes of speech in two languages have no digit in them, and digits in speech are found. */
import assert from "node:assert/strict";
import { DTMF_DIGITS } from "../../../src/core/media/dtmf.ts";
import { FRAME_SAMPLES, GRAPH_RATE } from "../../../src/audio/endpoint.ts";
import { ToneDetector } from "../../../src/media/dtmf/tone_detector.ts";
import { ToneGenerator } from "../../../src/media/dtmf/tone_generator.ts";
import { testWith } from "../../support/skip.ts";

const SECONDS = 600;
/** Samples behind the header of a WAV file that espeak-ng writes. */
const HEADER = 44;

const TEXTS = {
  en:
    "Good morning, you have reached the office. Please hold the line, we will be with you soon. " +
    "Whoever wishes to speak to somebody in sales may ring again at a quarter to eleven. " +
    "Our journey through the woods was longer than any of us had thought it would be.",
  de:
    "Guten Morgen, hier spricht das Büro. Bitte bleiben Sie am Apparat, wir sind gleich für Sie da. " +
    "Wer mit dem Verkauf reden möchte, ruft um Viertel vor elf noch einmal an. " +
    "Über sieben Brücken führte der Weg, und keiner von uns wusste, wie weit es noch war.",
};
/** A man, a woman and a child; each says it at a pitch and speed of its own. */
const VOICES = [["", "38", "150"], ["+f2", "60", "175"], ["+m3", "45", "130"], [
  "+f5",
  "85",
  "190",
]];

/** Speech at the rate of espeak-ng, brought to that of calls: each sample as often as it fits. */
async function speech(language: keyof typeof TEXTS): Promise<Int16Array> {
  const parts = await Promise.all(VOICES.map(async ([voice, pitch, speed]) => {
    const said = ["-v", `${language}${voice}`, "-p", pitch!, "-s", speed!];
    const command = new Deno.Command("espeak-ng", {
      args: [...said, "--stdout", TEXTS[language]],
      stderr: "null",
    });
    const { stdout } = await command.output();
    return new Int16Array(stdout.slice(HEADER, stdout.length - stdout.length % 2).buffer);
  }));
  const own = parts.flatMap((part) => [...part]);
  const seconds = own.length / 22_050;
  assert.ok(seconds > 30, `${language} is spoken`);
  const at = (i: number) => {
    const from = (i * 22_050) / GRAPH_RATE;
    const whole = Math.floor(from);
    const share = from - whole;
    return own[whole]! * (1 - share) + (own[whole + 1] ?? 0) * share;
  };
  return Int16Array.from({ length: Math.floor(seconds * GRAPH_RATE) }, (_, i) => at(i));
}

/** Digits that are found in the sound said again and again, louder and softer, for `seconds`. */
function digitsIn(sound: Int16Array, seconds: number): string {
  let heard = "";
  const detector = new ToneDetector(GRAPH_RATE, (digit) => heard += digit);
  const frame = new Int16Array(FRAME_SAMPLES);
  for (let n = 0; n < seconds * 50; n++) {
    const gain = 0.4 + 0.6 * ((n >> 8) % 4) / 3;
    // Another length than the sound's, so that blocks never lie the same way twice.
    const start = (n * FRAME_SAMPLES + (n >> 7) * 37) % (sound.length - FRAME_SAMPLES);
    for (let i = 0; i < FRAME_SAMPLES; i++) frame[i] = sound[start + i]! * gain;
    detector.add(frame);
  }
  return heard;
}

for (const language of ["en", "de"] as const) {
  testWith(["espeak"], `ten minutes of speech have no digit (${language})`, async () => {
    assert.equal(digitsIn(await speech(language), SECONDS), "");
  });
}

testWith(["espeak"], "digits that break into speech are all found", async () => {
  const sound = await speech("de");
  let heard = "";
  const detector = new ToneDetector(GRAPH_RATE, (digit) => heard += digit);
  const generator = new ToneGenerator();
  const frame = new Int16Array(FRAME_SAMPLES);
  let at = 0;
  for (const digit of DTMF_DIGITS) {
    for (let n = 0; n < 25; n++, at += FRAME_SAMPLES) {
      detector.add(sound.subarray(at, at + FRAME_SAMPLES));
    }
    for (let n = 0; n < 4; n++) {
      generator.generate(digit, n * FRAME_SAMPLES, n === 3, frame);
      detector.add(frame);
    }
  }
  detector.add(sound.subarray(at, at + 5 * FRAME_SAMPLES));
  assert.equal(heard, DTMF_DIGITS.join(""));
});
