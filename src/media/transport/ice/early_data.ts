/**
 * Datagrams that came before their pair was known to work: a peer's first ClientHello or RTP often
 * overtakes the check that proves it. They wait here and are taken when the pair is validated.
 *
 * Strangers can fill only their own share: what candidates of the peer sent is kept apart.
 */
import type { IceBase } from "./candidate.ts";

/** Of one source that is a candidate of the peer, and of all others together. */
const MAX_OF_SOURCE = 8;
const MAX_OF_STRANGERS = 8;
const MAX_SOURCES = 32;

interface Kept {
  base: IceBase;
  address: string;
  port: number;
  data: Uint8Array;
}

export class EarlyData {
  readonly #known = new Map<string, Kept[]>();
  #strangers: Kept[] = [];

  /** @param known whether the source is a candidate of the peer; @param data is copied */
  keep(base: IceBase, address: string, port: number, data: Uint8Array, known: boolean): void {
    const key = `${address} ${port}`;
    const list = known ? this.#known.get(key) ?? [] : this.#strangers;
    if (list.length >= (known ? MAX_OF_SOURCE : MAX_OF_STRANGERS)) return;
    if (known && !this.#known.has(key)) {
      if (this.#known.size >= MAX_SOURCES) return;
      this.#known.set(key, list);
    }
    list.push({ base, address, port, data: data.slice() });
  }

  /** What came by the pair, in its order; it is not kept any longer. */
  take(base: IceBase, address: string, port: number): Uint8Array[] {
    const isIts = (kept: Kept) =>
      kept.base === base && kept.address === address && kept.port === port;
    const known = this.#known.get(`${address} ${port}`) ?? [];
    const taken = [...this.#strangers, ...known].filter(isIts);
    this.#strangers = this.#strangers.filter((kept) => !isIts(kept));
    known.splice(0, known.length, ...known.filter((kept) => !isIts(kept)));
    return taken.map(({ data }) => data);
  }

  clear(): void {
    this.#known.clear();
    this.#strangers = [];
  }
}
