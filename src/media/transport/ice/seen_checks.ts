/**
 * Where each check of the peer came from. Its signature does not cover the address that it is sent from:
 * who records one on its way and sends it again from his own address would become a candidate, and could
 * carry the peer's answers to our checks until the sound goes by him.
 */
import type { SocketAddress } from "../stun/mod.ts";
import type { IceBase } from "./candidate.ts";

/** The last so many: of hours of questions for consent. */
const MOST = 4_096;

export class SeenChecks {
  /** Places by transaction. */
  readonly #places = new Map<string, string>();

  /** Whether the check came from elsewhere, or to another base, before; the peer repeats it as it was. */
  isReplay(transactionId: string, base: IceBase, { address, port }: SocketAddress): boolean {
    const place = `${base.address} ${base.port} ${address} ${port}`;
    const first = this.#places.get(transactionId);
    if (first !== undefined) return first !== place;
    if (this.#places.size >= MOST) this.#places.delete(this.#places.keys().next().value!);
    this.#places.set(transactionId, place);
    return false;
  }
}
