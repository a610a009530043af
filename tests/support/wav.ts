/** The little of WAV that the tests need; apart from the project's own reader, which they test. */

export interface WavSound {
  rate: number;
  /** Full scale 1; of several channels the chosen one. */
  samples: Float32Array;
}

/** Reads 16-bit PCM. A header that promises more than there is (a stream cut off) is forgiven. */
export async function readWav(path: string, channel = 0): Promise<WavSound> {
  const bytes = await Deno.readFile(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let channels = 0, rate = 0, bits = 0;
  for (let at = 12; at + 8 <= bytes.length;) {
    const id = String.fromCharCode(...bytes.subarray(at, at + 4));
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (id === "fmt ") {
      channels = view.getUint16(body + 2, true);
      rate = view.getUint32(body + 4, true);
      bits = view.getUint16(body + 14, true);
    } else if (id === "data") {
      if (bits !== 16) throw new Error(`${path} has ${bits} bits a sample instead of 16`);
      const frames = Math.floor(Math.min(size, bytes.length - body) / (2 * channels));
      const samples = new Float32Array(frames);
      for (let i = 0; i < frames; i++) {
        samples[i] = view.getInt16(body + 2 * (i * channels + channel), true) / 32768;
      }
      return { rate, samples };
    }
    at = body + size + (size & 1);
  }
  throw new Error(`${path} has no data chunk`);
}
