/** What kind of NAT is between us and STUN servers, by what they see of our sockets (RFC 4787 §4.1). Pure. */
import type { NatKind } from "../../../core/ports/mod.ts";
import type { SocketAddress } from "../stun/mod.ts";
import type { IceBase } from "./candidate.ts";

export class SeenNat {
  /** By socket: what each answer said, in order. */
  readonly #seen = new Map<IceBase, SocketAddress[]>();

  /** A server sees the socket there. */
  note(base: IceBase, mapped: SocketAddress): void {
    this.#seen.set(base, [...this.#seen.get(base) ?? [], mapped]);
  }

  /** Undefined: no server has answered. */
  get kind(): NatKind | undefined {
    const all = [...this.#seen];
    if (all.length === 0) return undefined;
    if (all.some(([, mapped]) => distinct(mapped) > 1)) return "address-dependent";
    if (all.every(([base, mapped]) => mapped.every(({ address }) => address === base.address))) {
      return "none";
    }
    const isCompared = all.some(([, mapped]) => mapped.length > 1);
    return isCompared ? "endpoint-independent" : "translated";
  }
}

function distinct(mapped: readonly SocketAddress[]): number {
  return new Set(mapped.map(({ address, port }) => `${address} ${port}`)).size;
}
