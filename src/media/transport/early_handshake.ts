/**
 * DTLS that came before there was who takes it: a peer's ClientHello may overtake the answer in which
 * it says where it is. Bounded; a flood costs a repetition of the peer's.
 */

const MOST = 8;

export class EarlyHandshake {
  #kept: { address: string; port: number; data: Uint8Array }[] = [];

  /** @param data is copied */
  keep(address: string, port: number, data: Uint8Array): void {
    if (this.#kept.length < MOST) this.#kept.push({ address, port, data: data.slice() });
  }

  /** What came from there, in its order; all the others are forgotten. */
  take(address: string, port: number): Uint8Array[] {
    const kept = this.#kept;
    this.#kept = [];
    return kept.filter((each) => each.address === address && each.port === port)
      .map(({ data }) => data);
  }
}
