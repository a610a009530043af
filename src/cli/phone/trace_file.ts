/** Where `--trace` goes: a file that only its owner can read, or standard error. */
import { resolve } from "../../base/path/mod.ts";
import { fileReason, lazily, OffhookError } from "../../base/mod.ts";
import type { PhoneOptions } from "../../station/phone/mod.ts";
import type { Io } from "../process/mod.ts";

export interface Trace {
  sink: NonNullable<PhoneOptions["trace"]>;
  close(): void;
}

/**
 * @param file `-` is standard error: standard output is for data
 * @throws OffhookError `file-unusable` when the file cannot be written
 */
export async function openTrace(file: string, io: Io): Promise<Trace> {
  const { textTrace } = await lazily<typeof import("../../station/log/text_trace.ts")>(
    import.meta.url,
    "../../station/log/text_trace.ts",
  );
  if (file === "-") {
    return { sink: textTrace((text) => void io.stderr.write(text)), close() {} };
  }
  const handle = await openForWriting(resolve(io.cwd, file));
  const encoder = new TextEncoder();
  const write = (text: string) => {
    try {
      writeAll(handle, encoder.encode(text));
    } catch {
      // A full disk must not end the call.
    }
  };
  return { sink: textTrace(write), close: () => handle.close() };
}

async function openForWriting(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { write: true, create: true, truncate: true, mode: 0o600 });
  } catch (cause) {
    throw new OffhookError(
      "file-unusable",
      `cannot write the trace ${path}: ${fileReason(cause)}`,
      {
        hint: "Name a file that you may write to; - is standard error.",
        cause,
      },
    );
  }
}

function writeAll(handle: Deno.FsFile, bytes: Uint8Array): void {
  for (let sent = 0; sent < bytes.length;) sent += handle.writeSync(bytes.subarray(sent));
}
