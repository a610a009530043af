/**
 * The SIP trace of `--trace`: every message with time, direction and peers. Not on the real-time
 * path.
 *
 *     2024-05-06T07:08:09.123Z out udp 127.0.0.1:40000 → 127.0.0.1:5060
 *     INVITE sip:600@127.0.0.1 SIP/2.0
 *     …
 */
import { resolve } from "node:path";
import { formatHostPort } from "../core/address.ts";
import { OffhookError } from "../core/errors.ts";
import type { PhoneOptions } from "../station/phone_options.ts";
import type { Io } from "./io.ts";

type TraceSink = NonNullable<PhoneOptions["trace"]>;
type TraceRecord = Parameters<TraceSink>[0];

export interface Trace {
  sink: TraceSink;
  close(): void;
}

/** Values from which a password could be guessed. */
const SECRETS = /\b(response|cnonce|nonce|password)=("[^"]*"|[^,\s]+)/gi;
const AUTHORIZATION = /^((?:Proxy-)?Authorization[ \t]*:)(.*(?:\r?\n[ \t].*)*)/gim;

/** What a digest answer is made of is left out; who answered which challenge stays. */
export function withoutCredentials(message: string): string {
  return message.replace(AUTHORIZATION, (_all, name: string, value: string) => {
    if (!/^\s*Digest\b/i.test(value)) return `${name} (redacted)`;
    return `${name}${value.replace(SECRETS, "$1=(redacted)")}`;
  });
}

export function traceEntry(record: TraceRecord): string {
  const { time, direction, transport, local, remote, text } = record;
  const arrow = direction === "out" ? "→" : "←";
  const head = `${new Date(time).toISOString()} ${direction} ${transport} ` +
    `${formatHostPort(local)} ${arrow} ${formatHostPort(remote)}`;
  return `${head}\n${withoutCredentials(text).replaceAll("\r\n", "\n").trimEnd()}\n\n`;
}

/** @throws OffhookError `file-unusable` when the file cannot be written */
export async function openTrace(file: string, io: Io): Promise<Trace> {
  if (file === "-") {
    return { sink: (record) => void io.stderr.write(traceEntry(record)), close() {} };
  }
  const path = resolve(io.cwd, file);
  const handle = await openForWriting(path);
  const encoder = new TextEncoder();
  return {
    sink(record) {
      try {
        writeAll(handle, encoder.encode(traceEntry(record)));
      } catch {
        // A full disk must not end the call.
      }
    },
    close: () => handle.close(),
  };
}

async function openForWriting(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { write: true, create: true, truncate: true, mode: 0o600 });
  } catch (error) {
    throw new OffhookError("file-unusable", `cannot write the trace ${path}`, { cause: error });
  }
}

function writeAll(handle: Deno.FsFile, bytes: Uint8Array): void {
  for (let sent = 0; sent < bytes.length;) sent += handle.writeSync(bytes.subarray(sent));
}
