/** Between a phone and its spawner: one JSON object a line, on the spawner's standard streams. */
import type { ErrorJson } from "../base/mod.ts";

/** What a phone may ask for; it names no program, no argument and no path. */
export type SpawnerQuestion =
  | { id: number; ask: "device-host" }
  /** Of a host that this spawner started. */
  | { id: number; ask: "kill"; pid: number }
  /** The `password_command` of this account, as the configuration has it now. */
  | { id: number; ask: "password"; account: string }
  /** Likewise of the TURN server with this URL. */
  | { id: number; ask: "turn-password"; url: string }
  /** Of the network links of this machine. */
  | { id: number; ask: "links" };

export type Reply =
  | { id: number; host: { pid: number; folder: string; socket: string } }
  | { id: number; password: string }
  /** Lines `NAME/FILE:TEXT` of files below /sys/class/net; none where there is no such folder. */
  | { id: number; links: string }
  | { id: number; done: true }
  | { id: number; error: ErrorJson };

export type News =
  /** A line that a host printed. */
  | { printed: number; text: string }
  | { ended: number };

/** Characters of the longest line of either side; who sends more is not who we think. */
const LONGEST_LINE = 65_536;

/**
 * The lines of a stream, parsed; ends with it, and at a line that is too long or no JSON.
 * @typeParam T what the other side says: our own program, not checked
 */
export async function* messages<T>(stream: ReadableStream<Uint8Array>): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line) as T;
    if (rest.length > LONGEST_LINE) return;
  }
}

/** Writes one message after the other. */
export interface Sender<T> {
  send(message: T): Promise<void>;
  close(): Promise<void>;
}

export function sender<T>(stream: WritableStream<Uint8Array>): Sender<T> {
  const writer = stream.getWriter();
  const encoder = new TextEncoder();
  return {
    send: (message) => writer.write(encoder.encode(`${JSON.stringify(message)}\n`)),
    close: () => writer.close(),
  };
}
