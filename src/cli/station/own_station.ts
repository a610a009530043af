/**
 * The station that a face joins: the one that runs, else one started in the background.
 *
 *     connect ─ refused ─► spawn `station`, detached ─► wait for its socket ─► connect
 *
 * It is a process of the same Deno with the permissions that a station needs, in a session of its own:
 * closing the terminal does not end it.
 */
import { launchArguments } from "../../config/values/mod.ts";
import type { RemotePhone } from "../../control/client/mod.ts";
import {
  type ErrorCode,
  type ErrorJson,
  EXIT_CODES,
  lazily,
  OffhookError,
} from "../../base/mod.ts";
import type { Io } from "../process/mod.ts";

export interface StationProcess {
  readonly pid: number;
  /** Asks it to end its calls and itself, and waits for that. */
  end(): Promise<void>;
}

/** ms that a station may take until it serves. */
const START_MS = 20_000;
const POLL_MS = 50;
/** ms that ending calls and un-registering may take. */
const END_MS = 6_000;

/** @returns undefined when no station answers there */
export async function joinStation(address: string): Promise<RemotePhone | undefined> {
  const { RemotePhone } = await lazily<typeof import("../../control/client/remote_phone.ts")>(
    import.meta.url,
    "../../control/client/remote_phone.ts",
  );
  try {
    return await RemotePhone.connect({ address });
  } catch (error) {
    if (error instanceof OffhookError && error.code === "no-station") return undefined;
    throw error;
  }
}

/**
 * Starts a station and waits until it serves.
 * @param args what follows `offhook station`
 * @throws OffhookError with what the station said, when it ends at once
 */
export async function startStation(
  args: readonly string[],
  address: string,
  io: Pick<Io, "now" | "after">,
): Promise<StationProcess> {
  const main = fileOf(new URL("../../../main.ts", import.meta.url));
  const { narrowFlags } = await lazily<typeof import("../commands/station/narrow.ts")>(
    import.meta.url,
    "../commands/station/narrow.ts",
  );
  const config = fileOf(new URL("../../../deno.json", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: [...launchArguments(config, main, await narrowFlags(args)), "station", ...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    detached: true,
  }).spawn();
  const said = collect(child.stderr);
  let ended: Deno.CommandStatus | undefined;
  void child.status.then((status) => ended = status);
  const deadline = io.now() + START_MS;
  while (!await answers(address)) {
    if (ended !== undefined) throw failed(ended, await said.whole);
    if (io.now() > deadline) {
      child.kill("SIGKILL");
      throw new OffhookError("no-station", "the station did not start within 20 s", {
        hint: "`offhook station` in another terminal shows what it is doing.",
      });
    }
    await new Promise<void>((resolve) => void io.after(POLL_MS, resolve));
  }
  child.unref();
  said.leave();
  return { pid: child.pid, end: () => endProcess(child.pid, io) };
}

function fileOf({ pathname }: URL): string {
  return decodeURIComponent(pathname);
}

/** Ends the station with this process id. */
export async function endProcess(pid: number, io: Pick<Io, "now" | "after">): Promise<void> {
  const deadline = io.now() + END_MS;
  if (!signalled(pid, "SIGTERM")) return;
  while (isAlive(pid) && io.now() < deadline) {
    await new Promise<void>((resolve) => void io.after(POLL_MS, resolve));
  }
}

function signalled(pid: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Whether the process runs: told by a signal that does nothing to one that does. */
export function isAlive(pid: number): boolean {
  return signalled(pid, "SIGCONT");
}

async function answers(address: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path: address })).close();
    return true;
  } catch {
    return false;
  }
}

interface Collected {
  whole: Promise<string>;
  /** From here on nobody reads. */
  leave(): void;
}

function collect(stream: ReadableStream<Uint8Array>): Collected {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const read = async () => {
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return text;
      text = (text + decoder.decode(value, { stream: true })).slice(-4_000);
    }
  };
  return {
    whole: read().catch(() => ""),
    leave: () => void reader.cancel().catch(() => {}),
  };
}

/** What the station said last, as our error: its log is JSON, one object a line. */
function failed({ code }: Deno.CommandStatus, stderr: string): OffhookError {
  const last = stderr.trim().split("\n").at(-1) ?? "";
  try {
    const { error } = JSON.parse(last) as { error?: ErrorJson };
    if (error !== undefined) return OffhookError.fromJSON(error);
  } catch {
    // No line of ours: the runtime itself failed.
  }
  const known = (Object.keys(EXIT_CODES) as ErrorCode[]).find((name) => EXIT_CODES[name] === code);
  return new OffhookError(known ?? "no-station", last || `the station ended with ${code}`);
}
