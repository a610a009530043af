/**
 * The connections that peers opened to us, from the first byte of their handshakes on: how many there
 * may be, and how long one may be there without being of use.
 *
 *     take ─► silent ── a whole message ──► speaking ── idle, or a message that never ends ──► closed
 *       │       └─ nothing in time ─► closed    └─ in a call: never closed for silence
 *       └ no room: the least useful one of the fullest source makes way
 *
 * Least useful is who never said a whole message, the oldest first; then who is silent the longest, and
 * in no call. So whoever comes gets in, and nobody locks others out.
 */
import type { Socket } from "node:net";
import { OffhookError } from "../../../base/mod.ts";
import { hostPort } from "../../message/mod.ts";
import { CONNECTIONS } from "../../limits/mod.ts";
import { type BaseFlow, plainHost } from "./flow.ts";
import type { Clock, TimerHandle } from "./types.ts";

const SWEEP_MS = 5_000;

/** What is used of a connected socket, TLS or not. */
export type Ends = Pick<Socket, "remoteAddress" | "remotePort" | "localPort">;

interface Accepted {
  readonly key: string;
  readonly source: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly socket: Pick<Socket, "destroy">;
  /** Once TCP, TLS and WebSocket are up. */
  flow: BaseFlow | undefined;
}

export interface AcceptedConnectionsOptions {
  clock: Clock;
  /** The flows that calls are on. */
  inCalls: () => ReadonlySet<BaseFlow>;
  limits?: { [name in keyof typeof CONNECTIONS]: number };
}

export class AcceptedConnections {
  readonly #all = new Map<string, Accepted>();
  readonly #limits: NonNullable<AcceptedConnectionsOptions["limits"]>;
  #sweeping: TimerHandle;

  constructor(readonly options: AcceptedConnectionsOptions) {
    this.#limits = options.limits ?? CONNECTIONS;
  }

  get size(): number {
    return this.#all.size;
  }

  /** A connection came; where there is no room for it, and cannot be made, it is closed at once. */
  take(socket: Socket): void {
    const source = plainHost(socket.remoteAddress ?? "");
    if (source === "" || !this.#makeRoom(source)) return void socket.destroy();
    const key = keyOf(socket);
    const accepted = { key, source, since: this.options.clock.now(), socket, flow: undefined };
    this.#all.set(key, accepted);
    socket.once("close", () => this.#forget(accepted));
    this.#sweeping ??= this.options.clock.setTimeout(() => this.#sweep(), SWEEP_MS);
  }

  /** Its handshakes are done. */
  opened(ends: Ends, flow: BaseFlow): void {
    const accepted = this.#all.get(keyOf(ends));
    if (accepted !== undefined) accepted.flow = flow;
  }

  /** Those in their handshakes; flows are their table's to close. */
  close(): void {
    for (const accepted of [...this.#all.values()]) {
      if (accepted.flow === undefined) accepted.socket.destroy();
    }
    this.#all.clear();
    this.options.clock.clearTimeout(this.#sweeping);
    this.#sweeping = undefined;
  }

  #makeRoom(source: string): boolean {
    const own = [...this.#all.values()].filter((each) => each.source === source);
    if (own.length >= this.#limits.perSource) return this.#endOneOf(own);
    if (this.#all.size >= this.#limits.inAll) return this.#endOneOf(this.#fullestSource());
    return true;
  }

  #fullestSource(): Accepted[] {
    const bySource = Map.groupBy(this.#all.values(), (each) => each.source);
    const most = Math.max(...[...bySource.values()].map((each) => each.length));
    return [...bySource.values()].filter((each) => each.length === most).flat();
  }

  /** False: all of them are in calls. */
  #endOneOf(connections: Accepted[]): boolean {
    const inCalls = this.options.inCalls();
    const useless = connections.filter(({ flow }) => flow === undefined || !inCalls.has(flow));
    const [least] = useless.sort((a, b) => usefulness(a) - usefulness(b));
    if (least === undefined) return false;
    this.#end(least, "others needed its place");
    return true;
  }

  #sweep(): void {
    this.#sweeping = undefined;
    const inCalls = this.options.inCalls();
    for (const accepted of [...this.#all.values()]) {
      const why = this.#fault(accepted, inCalls);
      if (why !== undefined) this.#end(accepted, why);
    }
    if (this.#all.size === 0) return;
    this.#sweeping = this.options.clock.setTimeout(() => this.#sweep(), SWEEP_MS);
  }

  #fault({ since, flow }: Accepted, inCalls: ReadonlySet<BaseFlow>): string | undefined {
    const now = this.options.clock.now();
    const { firstMessageMs, wholeMessageMs, idleMs } = this.#limits;
    if (!hasSpoken(flow)) return now - since >= firstMessageMs ? "it said nothing" : undefined;
    if (flow.partSince !== undefined && now - flow.partSince >= wholeMessageMs) {
      return "a message on it does not end";
    }
    const silent = now - Math.max(flow.lastByteAt, flow.lastHeardAt) >= idleMs;
    return silent && !inCalls.has(flow) ? "it was silent for too long" : undefined;
  }

  #end(accepted: Accepted, why: string): void {
    this.#forget(accepted);
    const { flow, socket } = accepted;
    if (flow === undefined) return void socket.destroy();
    const { transport, remote } = flow;
    const by = transport.toUpperCase();
    flow.close(
      new OffhookError(
        "unreachable",
        `The ${by} connection of ${hostPort(remote)} was closed: ${why}`,
        { data: { transport, host: remote.host, port: remote.port } },
      ),
    );
    // No time to read what it never read before.
    socket.destroy();
  }

  #forget(accepted: Accepted): void {
    if (this.#all.get(accepted.key) === accepted) this.#all.delete(accepted.key);
  }
}

function hasSpoken(flow: BaseFlow | undefined): flow is BaseFlow {
  return flow !== undefined && flow.lastHeardAt > 0;
}

/** Who never spoke comes before all who did; then the time of the last sign of life. */
function usefulness({ since, flow }: Accepted): number {
  return hasSpoken(flow) ? Math.max(flow.lastHeardAt, flow.lastByteAt) : since - 1e15;
}

function keyOf({ remoteAddress, remotePort, localPort }: Ends): string {
  return `${plainHost(remoteAddress ?? "")} ${remotePort} ${localPort}`;
}
