/**
 * Lines to a file descriptor that the shell opened for us (`3>events.ndjson`, `3> >(jq …)`). Deno
 * gives no way to write to one, but its children inherit it: a `cat` writes for us.
 */
import { OffhookError } from "../../base/mod.ts";

export interface LineWriter {
  /** Resolves when the line is on its way, or cannot be any more. Never rejects. */
  write(line: string): Promise<void>;
  /** Everything is written. Never rejects. */
  close(): Promise<void>;
}

/** @param descriptor 3 or more. @throws OffhookError `usage` when it is not open */
export async function openDescriptor(descriptor: number): Promise<LineWriter> {
  await requireOpen(descriptor);
  const child = new Deno.Command("sh", {
    args: ["-c", `exec cat >&${descriptor}`],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  const encoder = new TextEncoder();
  let last: Promise<void> = Promise.resolve();
  return {
    write(line) {
      last = last.then(() => writer.write(encoder.encode(`${line}\n`))).catch(() => {});
      return last;
    },
    async close() {
      await last;
      await writer.close().catch(() => {});
      await child.status;
    },
  };
}

async function requireOpen(descriptor: number): Promise<void> {
  const probe = new Deno.Command("sh", {
    args: ["-c", `: >&${descriptor}`],
    stdout: "null",
    stderr: "null",
  });
  if ((await probe.output()).success) return;
  throw new OffhookError("usage", `file descriptor ${descriptor} is not open`, {
    hint: `Open it in the shell, for example ${descriptor}>events.ndjson.`,
    data: { descriptor },
  });
}
