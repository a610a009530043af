/**
 * A network on a virtual clock for two ICE agents: hosts, NATs of every kind, relays, loss, and
 * datagrams that overtake one another.
 *
 *     host ─► its NAT (if any) ─► delay, loss, duplicates ─► the other's NAT ─► host
 */
import { type IceBase, LocalCandidates } from "../../../src/media/transport/ice/candidate.ts";
import type { VirtualClock } from "../virtual_clock.ts";

export type NatKind = "none" | "full-cone" | "restricted" | "port-restricted" | "symmetric";

export interface Weather {
  /** Probability of loss, 0–1. */
  loss: number;
  duplicates: number;
  /** Delays are between 5 ms and this. */
  maxDelayMs: number;
}

type Handler = (data: Uint8Array, source: { address: string; port: number }) => void;

interface Mapping {
  public: number;
  inside: string;
  /** Of a symmetric NAT: for whom. */
  peer: string | undefined;
  permitted: Set<string>;
}

/** A NAT with one public address. */
class Nat {
  readonly #mappings: Mapping[] = [];
  #port = 40_000;

  constructor(readonly kind: Exclude<NatKind, "none">, readonly address: string) {}

  /** The public port of what leaves, which lets the answer in. */
  leave(inside: string, peer: { address: string; port: number }): number {
    const key = `${peer.address} ${peer.port}`;
    const own = this.kind === "symmetric" ? key : undefined;
    let mapping = this.#mappings.find((each) => each.inside === inside && each.peer === own);
    if (mapping === undefined) {
      mapping = { public: this.#port++, inside, peer: own, permitted: new Set() };
      this.#mappings.push(mapping);
    }
    mapping.permitted.add(key).add(peer.address);
    return mapping.public;
  }

  /** The host inside whom it is for; undefined: it is dropped. */
  enter(port: number, source: { address: string; port: number }): string | undefined {
    const mapping = this.#mappings.find((each) => each.public === port);
    const who = this.kind === "restricted" ? source.address : `${source.address} ${source.port}`;
    const lets = this.kind === "full-cone" || mapping?.permitted.has(who);
    return lets ? mapping?.inside : undefined;
  }
}

export class IceNetwork {
  /** Datagrams that were sent. */
  sent = 0;
  /** Nothing gets through. */
  cut = false;
  readonly #clock: VirtualClock;
  readonly #random: () => number;
  readonly #weather: Weather;
  readonly #handlers = new Map<string, Handler>();
  readonly #nats = new Map<string, Nat>();

  /** @param random 0–1 */
  constructor(clock: VirtualClock, random: () => number, weather: Weather) {
    this.#clock = clock;
    this.#random = random;
    this.#weather = weather;
  }

  addNat(kind: NatKind, address: string): Nat | undefined {
    if (kind === "none") return undefined;
    const nat = new Nat(kind, address);
    this.#nats.set(address, nat);
    return nat;
  }

  /** A socket. */
  open(at: { address: string; port: number }, nat: Nat | undefined, handler: Handler) {
    this.#handlers.set(`${at.address} ${at.port}`, handler);
    return (data: Uint8Array, address: string, port: number) =>
      this.#send(at, nat, data.slice(), { address, port });
  }

  #send(
    from: { address: string; port: number },
    nat: Nat | undefined,
    data: Uint8Array,
    to: { address: string; port: number },
  ): void {
    this.sent += 1;
    const inside = `${from.address} ${from.port}`;
    // Who is behind the same NAT is reached without it.
    const local = nat !== undefined && /^10\./.test(to.address);
    const source = nat === undefined || local
      ? from
      : { address: nat.address, port: nat.leave(inside, to) };
    const { loss, duplicates, maxDelayMs } = this.#weather;
    const copies = this.#random() < loss ? 0 : this.#random() < duplicates ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const delay = 5 + this.#random() * (maxDelayMs - 5);
      this.#clock.setTimeout(() => this.#arrive(data, source, to, nat), delay);
    }
  }

  #arrive(
    data: Uint8Array,
    source: { address: string; port: number },
    to: { address: string; port: number },
    senders: Nat | undefined,
  ): void {
    if (this.cut) return;
    const nat = this.#nats.get(to.address);
    // No NAT here sends back inside what comes from inside (no hairpinning).
    if (nat !== undefined && nat === senders) return;
    const key = nat === undefined ? `${to.address} ${to.port}` : nat.enter(to.port, source);
    // A private address is reached from behind its own NAT only: networks are numbered 10.N.
    if (nat === undefined && /^10\./.test(to.address)) {
      if (source.address.split(".")[1] !== to.address.split(".")[1]) return;
    }
    if (key !== undefined) this.#handlers.get(key)?.(data, source);
  }
}

export interface Station {
  nat: Nat | undefined;
  address: string;
  relay: boolean;
}

/** Where the STUN server would be. */
const STUN = { address: "198.51.100.1", port: 3478 };

/**
 * What gathering would find for a station: a host candidate, where the STUN server sees it, a relay.
 * @param receive gets what comes by each base
 */
export function gathered(
  network: IceNetwork,
  { nat, address, relay }: Station,
  receive: (base: IceBase, data: Uint8Array, source: { address: string; port: number }) => void,
): LocalCandidates {
  const candidates = new LocalCandidates();
  const host: IceBase = {
    component: 1,
    address,
    port: 5000,
    send: network.open({ address, port: 5000 }, nat, (data, source) => receive(host, data, source)),
  };
  candidates.addBase(host);
  const seen = nat === undefined
    ? host
    : { address: nat.address, port: nat.leave(`${address} 5000`, STUN) };
  candidates.addReflexive(host, seen);
  if (relay) {
    const at = { address: `198.51.100.${10 + Number(address.split(".")[3])}`, port: 50_000 };
    const base: IceBase = {
      component: 1,
      ...at,
      relay: { server: "turn.example.net", protocol: "udp" },
      send: network.open(at, undefined, (data, source) => receive(base, data, source)),
    };
    candidates.addBase(base, seen);
  }
  return candidates;
}
