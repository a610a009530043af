/** Deterministic test signals. */
import { seeded } from "./impaired_link.ts";

/** White noise, 16 bits. */
export function noise(length: number, amplitude: number, seed: number): Int16Array {
  const random = seeded(seed);
  return Int16Array.from({ length }, () => amplitude * (2 * random() - 1));
}

/** A sine. */
export function sine(length: number, rate: number, hz: number, amplitude: number): Int16Array {
  return Int16Array.from({ length }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / rate));
}

/**
 * What strains an ADPCM codec at 16 kHz: silence, full-scale noise and squares, sweeps, near silence,
 * in stretches of 100 ms.
 */
export function torture(seconds: number, seed = 1): Int16Array {
  const length = 16_000 * seconds;
  const random = seeded(seed);
  const samples = new Int16Array(length);
  for (let i = 0; i < length; i++) {
    const stretch = Math.floor(i / 1600);
    const sweep = Math.sin((i % 16_000) ** 2 * 2e-4);
    samples[i] = [
      0,
      32_767 * (2 * random() - 1),
      random() < 0.5 ? 32_767 : -32_768,
      20_000 * sweep,
      i & 8 ? 32_767 : -32_768,
      60 * (2 * random() - 1),
      12_000 * Math.sin(i / 3) + 500 * (2 * random() - 1),
    ][stretch % 7]!;
  }
  return samples;
}

/** SHA-256 in hex. */
export async function sha256(data: Uint8Array | Int16Array): Promise<string> {
  const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** Root mean square. */
export function rms(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! ** 2;
  return Math.sqrt(sum / samples.length);
}

/** Frames one after the other. */
export function joined(frames: Int16Array[]): Int16Array {
  return Int16Array.from(frames.flatMap((frame) => [...frame]));
}

/** The largest step between neighbouring samples: a click is a large one. */
export function largestStep(samples: Int16Array): number {
  let largest = 0;
  for (let i = 1; i < samples.length; i++) {
    largest = Math.max(largest, Math.abs(samples[i]! - samples[i - 1]!));
  }
  return largest;
}
