/**
 * The addresses that a name led to, to tell who has it from strangers.
 */
import type { Target } from "../../dns/mod.ts";
import type { Flow } from "../flow/mod.ts";

/** A name that is resolved anew may show other addresses each time; beyond this the oldest go. */
const MAX_ADDRESSES = 64;

export class KnownAddresses {
  /** Ports by numeric host. */
  readonly #ports = new Map<string, Set<number>>();

  constructor(targets: readonly Target[] = []) {
    this.add(targets);
  }

  add(targets: readonly Target[]): void {
    for (const { host, port } of targets) {
      const ports = this.#ports.get(host) ?? new Set();
      this.#ports.delete(host);
      this.#ports.set(host, ports.add(port));
    }
    while (this.#ports.size > MAX_ADDRESSES) this.#ports.delete(this.#ports.keys().next().value!);
  }

  /** Whether the name led to this very address. */
  has(host: string, port: number): boolean {
    return this.#ports.get(host)?.has(port) ?? false;
  }

  /**
   * Whether a flow's peer has one of the addresses. The port may be any: servers send from others than
   * they listen on, connections always do. A loopback address is everybody's on this machine, so that a
   * datagram has to come from the port, too.
   */
  include({ remote, transport }: Pick<Flow, "remote" | "transport">): boolean {
    const ports = this.#ports.get(remote.host);
    if (ports === undefined) return false;
    return transport !== "udp" || !isLoopback(remote.host) || ports.has(remote.port);
  }
}

function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1";
}
