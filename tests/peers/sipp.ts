/** sipp runs a scenario of `tests/interop/scenarios` and says whether the other side kept to it. */
import { PeerProcess } from "./peer_process.ts";
import { freePorts, waitUntilBound } from "./ports.ts";
import type { Scratch } from "./scratch.ts";

const SCENARIOS = new URL("../interop/scenarios/", import.meta.url).pathname;

export interface SippOptions {
  /** File name in `tests/interop/scenarios`, without `.xml`. */
  scenario: string;
  /** Calls it: `host:port`. Absent: it waits to be called at {@link Sipp.port}. */
  calls?: string;
  /** User part of the request URI that it calls (`[service]`). */
  user?: string;
  /** Values for the `[names]` of the scenario; `contact` is its own `host:port` unless given here. */
  keys?: Readonly<Record<string, string>>;
  transport?: "udp" | "tcp";
  /** Sends back the RTP that it gets. */
  echo?: true;
  /** How many calls to run before it ends. */
  count?: number;
  name?: string;
}

export class Sipp {
  readonly process: PeerProcess;
  readonly port: number;

  readonly #errorFile: string;

  private constructor(process: PeerProcess, port: number, errorFile: string) {
    this.#errorFile = errorFile;
    this.process = process;
    this.port = port;
  }

  static async start(scratch: Scratch, options: SippOptions): Promise<Sipp> {
    const port = freePorts(2);
    // Sound, and two above it video.
    const media = freePorts(4);
    const name = options.name ?? `sipp-${options.scenario}`;
    const keys = { contact: `127.0.0.1:${port}`, ...options.keys };
    const errorFile = scratch.file(`${name}-errors.log`);
    const process = PeerProcess.start(scratch, {
      name,
      command: "sipp",
      args: [
        ...(options.calls ? [options.calls] : []),
        ...["-sf", `${SCENARIOS}${options.scenario}.xml`, "-i", "127.0.0.1", "-p", String(port)],
        ...["-mp", String(media), "-m", String(options.count ?? 1), "-l", "1"],
        ...["-t", options.transport === "tcp" ? "t1" : "u1", "-s", options.user ?? "phone"],
        ...(options.echo ? ["-rtp_echo"] : []),
        ...["-nostdin", "-trace_err", "-error_file", errorFile],
        ...["-trace_msg", "-message_file", scratch.file(`${name}-messages.log`)],
        // Its own retransmissions of requests and finals stay on; a call never outlives this.
        ...["-timeout", "90", "-timeout_error", "-cid_str", "%u-%p@%s"],
        ...Object.entries(keys).flatMap(([key, value]) => ["-key", key, value]),
      ],
      env: { TERM: "dumb" },
    });
    if (!options.calls) await waitUntilBound(port, options.transport === "tcp");
    return new Sipp(process, port, errorFile);
  }

  /** `host:port` to call it at. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Waits for its end. @throws when the scenario was not kept, with what sipp says about it */
  async finished(): Promise<void> {
    const { code } = await this.process.exited;
    if (code === 0) return;
    const errors = await Deno.readTextFile(this.#errorFile).catch(() => this.process.tail(25));
    throw new Error(`${this.process.name} ended with status ${code}:\n${errors}`);
  }
}
