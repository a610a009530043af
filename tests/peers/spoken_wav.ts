/** Speech to send through a call and find again: espeak-ng's, at a rate of choice, made once a machine. */

export interface SpokenWav {
  /** Samples per second of the 16-bit mono WAV; 8000 by default. */
  rate?: number;
  /** What is said. */
  text?: string;
  /** How often the text is said. */
  times?: number;
}

const TEXT = "The quick brown fox jumps over seven blue elephants.";

const FOLDER = "/tmp/offhook-spoken";

/**
 * Path of a WAV file (s16le mono) of spoken words, some 4 s for each time. The file is shared between
 * tests and runs: do not change it.
 */
export async function spokenWav(
  { rate = 8000, text = TEXT, times = 1 }: SpokenWav = {},
): Promise<string> {
  const digest = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${text} ${times} ${rate}`)),
  );
  const path = `${FOLDER}/${digest.toHex().slice(0, 16)}.wav`;
  if (await Deno.stat(path).then(() => true, () => false)) return path;
  await Deno.mkdir(FOLDER, { recursive: true });
  const own = await Deno.makeTempDir({ dir: FOLDER });
  await run("espeak-ng", ["-v", "en", "-s", "150", "-w", `${own}/said.wav`, text]);
  const repeat = times > 1 ? ["repeat", String(times - 1)] : [];
  // -R: the same dither each time, so that the file is the same on every machine.
  await run(
    "sox",
    ["-R", `${own}/said.wav`, "-r", String(rate), "-b", "16", "-c", "1", `${own}/out.wav`]
      .concat(["gain", "-n", "-6"], repeat),
  );
  await Deno.rename(`${own}/out.wav`, path);
  await Deno.remove(own, { recursive: true });
  return path;
}

async function run(command: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, {
    args,
    stdout: "null",
    stderr: "piped",
  })
    .output();
  if (!success) throw new Error(`${command}: ${new TextDecoder().decode(stderr)}`);
}
