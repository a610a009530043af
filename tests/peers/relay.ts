/**
 * A bad network on loopback: a UDP relay with seeded loss, duplicates, reordering and jitter.
 *
 *     phone ◄──► left port ══ impairment ══ right port ◄──► peer
 *
 * Whoever sends to the left port is the phone, whatever comes from the peer to the right port goes on
 * to it from the left port. With `sip`, the addresses in SIP messages are those of the relay, so that
 * requests inside a dialog take the same way.
 */
import type { Scratch } from "./scratch.ts";

/** What happens to each datagram, on both ways alike; each a probability from 0 to 1, or ms. */
export interface Impairment {
  loss?: number;
  duplicate?: number;
  /** Held back until the next datagram of its direction has gone (at most 100 ms). */
  reorder?: number;
  /** Delay of each datagram, uniform from 0. */
  jitterMs?: number;
}

/** One datagram that passed, or was dropped; `at` in ms of `performance.now()`, when it arrived. */
export interface Passage {
  at: number;
  from: "left" | "right";
  bytes: Uint8Array;
  dropped: boolean;
}

export interface RelayOptions extends Impairment {
  /** The peer behind the right port. */
  target: { hostname: string; port: number };
  /** True: rewrites `127.0.0.1:port` in what passes, so that each side takes the relay for the other. */
  sip?: boolean;
  /** With `sip`: changes what passes, without changing its length. */
  alter?: (text: string, from: "left" | "right") => string;
  /** Seed of every random decision. */
  seed?: number;
  /** Called for every datagram as it arrives; used to take wire timestamps. */
  onPassage?: (passage: Passage) => void;
}

export class Relay {
  /** What the phone sends to. */
  readonly port: number;
  /** What the peer sees as the phone. */
  readonly rightPort: number;
  /** Counts of both ways. */
  readonly counts = { passed: 0, dropped: 0, duplicated: 0, reordered: 0 };
  #impairment: Impairment;
  readonly #options: RelayOptions;
  readonly #random: () => number;
  readonly #left: Deno.DatagramConn;
  readonly #right: Deno.DatagramConn;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #held: { left?: () => void; right?: () => void } = {};
  #phone?: Deno.NetAddr;
  #closed = false;

  private constructor(options: RelayOptions) {
    this.#options = options;
    this.#impairment = options;
    this.#random = seeded(options.seed ?? 1);
    this.#left = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    this.#right = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    this.port = (this.#left.addr as Deno.NetAddr).port;
    this.rightPort = (this.#right.addr as Deno.NetAddr).port;
  }

  static start(scratch: Scratch, options: RelayOptions): Relay {
    const relay = new Relay(options);
    const running = Promise.all([relay.#run("left"), relay.#run("right")]);
    scratch.defer(async () => {
      relay.#close();
      await running;
    });
    return relay;
  }

  /** Changes what happens from now on: a network may get better or worse in a call. */
  impair(impairment: Impairment): void {
    this.#impairment = impairment;
  }

  #close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#left.close();
    this.#right.close();
  }

  async #run(from: "left" | "right"): Promise<void> {
    for await (const [bytes, sender] of from === "left" ? this.#left : this.#right) {
      if (from === "left") this.#phone = sender as Deno.NetAddr;
      this.#take(from, bytes);
    }
  }

  #take(from: "left" | "right", bytes: Uint8Array): void {
    const { loss = 0, duplicate = 0, reorder = 0, jitterMs = 0 } = this.#impairment;
    const dropped = this.#random() < loss;
    this.#options.onPassage?.({ at: performance.now(), from, bytes, dropped });
    if (dropped) {
      this.counts.dropped++;
      return;
    }
    const send = () => this.#send(from, bytes);
    const again = this.#random() < duplicate;
    if (again) this.counts.duplicated++;
    if (this.#held[from] === undefined && this.#random() < reorder) {
      this.counts.reordered++;
      this.#hold(from, send);
    } else {
      this.#after(this.#random() * jitterMs, send);
      this.#release(from);
    }
    if (again) this.#after(this.#random() * jitterMs, send);
  }

  #hold(from: "left" | "right", send: () => void): void {
    this.#held[from] = send;
    this.#after(100, () => {
      if (this.#held[from] === send) this.#release(from);
    });
  }

  #release(from: "left" | "right"): void {
    const send = this.#held[from];
    delete this.#held[from];
    send?.();
  }

  #after(delayMs: number, run: () => void): void {
    if (delayMs < 1) return run();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, delayMs);
    this.#timers.add(timer);
  }

  /** The addresses of one side as the other shall see them. */
  #rewritten(from: "left" | "right", bytes: Uint8Array): Uint8Array {
    const phone = this.#phone?.port ?? 0;
    const peer = this.#options.target.port;
    const ports = from === "left"
      ? { [this.port]: peer, [phone]: this.rightPort }
      : { [peer]: this.port, [this.rightPort]: phone };
    const text = new TextDecoder().decode(bytes).replace(
      /127\.0\.0\.1:(\d+)/g,
      (whole, port) => ports[port] === undefined ? whole : `127.0.0.1:${ports[port]}`,
    );
    return new TextEncoder().encode(this.#options.alter?.(text, from) ?? text);
  }

  #send(from: "left" | "right", bytes: Uint8Array): void {
    if (this.#closed) return;
    this.counts.passed++;
    const out = this.#options.sip ? this.#rewritten(from, bytes) : bytes;
    const sent = from === "left"
      ? this.#right.send(out, { transport: "udp", ...this.#options.target })
      : this.#phone && this.#left.send(out, this.#phone);
    // Nobody there any more (ICMP): as lost as any other datagram.
    sent?.catch(() => {});
  }
}

/** Uniform numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
