/**
 * The lowest stage where ICE was agreed: the sockets and relays that gathering opened, and the pair of
 * them that the agent proves. Peers that do without ICE are spoken to from the default candidate.
 *
 *     socket, relay ─► STUN: agent │ from a pair that works ─► authentic? ─► deliver
 *     send ─► the pair in use ─► socket, relay
 *
 * A restart (RFC 8445 §9) is a second generation; the pair of the first is used until that has one:
 *
 *     regathered ─► next ─ the peer knows it ─► current ─ nominated, 3 s ─► the former is closed
 */
import type { Clock, TimerHandle } from "../../../base/time/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import type { GatheredIce, LocalIce, NegotiatedStream } from "../../../core/media/mod.ts";
import type { IceReport } from "../../../core/ports/mod.ts";
import type { Random32 } from "../../rtp/mod.ts";
import {
  IgnoredSources,
  kindOf,
  type MediaKind,
  type MediaTransport,
  type PlainTransport,
  type Receiver,
  type TransportFacts,
} from "../mod.ts";
import { parseStun, type SocketAddress } from "../stun/mod.ts";
import type { IceBase } from "./candidate.ts";
import { failureOf, reportOf } from "./explain.ts";
import type { IceGatherer } from "./gatherer.ts";
import { Generation } from "./generation.ts";
import { PlainOverIce } from "./plain_over_ice.ts";
import { randomCredentials } from "./random.ts";

/** How long what is on its way by the former pair is still taken, ms (RFC 8445 §8.3). */
const RETIRE_MS = 3000;
/** How long who is controlled waits for the other to restart what is lost, ms. */
const PATIENCE_MS = 20_000;
/** Restarts by the peer that a call may have without anything new of ours. */
const SPARES = 32;

/** What becomes known of the way to the peer. */
export interface IceTransportEvents {
  /**
   * There is no way to the peer (any more), or a relay is lost.
   */
  failed(error: OffhookError): void;
  /** The way that was in use is lost, and no restart of the peer has brought another. */
  lost(): void;
}

export class IceTransport implements MediaTransport {
  muxed = true;
  /** What the first offer or answer says of us. */
  readonly local: LocalIce;
  readonly #around: { clock: Clock; random: Random32 };
  readonly #events: IceTransportEvents;
  #receiver: Receiver | undefined;
  #current: Generation;
  /** Before a restart, until the current one has a pair, and a little longer. */
  #former: Generation | undefined;
  #retirement: TimerHandle;
  #patience: TimerHandle;
  /** One side is said to be elsewhere than where the former pair leads. */
  #formerIsOutdated = false;
  /** Gathered anew, for the next restart. */
  #next: Generation | undefined;
  #plain: PlainOverIce | undefined;
  readonly #ignored = new IgnoredSources();
  /** The peer is known to be where its description says. */
  #confirmed = false;
  #closed = false;

  /** @param gatherer has gathered */
  constructor(
    around: { clock: Clock; random: Random32 },
    gatherer: IceGatherer,
    events: IceTransportEvents,
  ) {
    this.#around = around;
    this.#events = events;
    this.#current = this.#generation(gatherer, true);
    const spares = Array.from({ length: SPARES }, () => randomCredentials(around.random));
    const { port: _, rtcpPort: __, ...own } = gatheredBy(this.#current);
    this.local = { ...own, spares };
  }

  get receiver(): Receiver | undefined {
    return this.#receiver;
  }

  set receiver(receiver: Receiver | undefined) {
    this.#receiver = receiver;
    if (this.#plain !== undefined) this.#plain.transport.receiver = receiver;
  }

  get rtpPort(): number {
    return portsOf(this.#current.gatherer).port;
  }

  get rtcpPort(): number {
    return portsOf(this.#current.gatherer).rtcpPort;
  }

  get report(): IceReport | undefined {
    if (this.#plain !== undefined || this.#current.rtp.state === "waiting") return undefined;
    const { rtp, gatherer } = this.#inUse;
    const { kind: nat } = gatherer.nat;
    return { ...reportOf(rtp, gatherer.candidates.list), ...(nat && { nat }) };
  }

  /** Addresses of ours that it was last gathered with. */
  get addresses(): readonly string[] {
    return (this.#next ?? this.#current).gatherer.addresses;
  }

  /** Names of servers that were of no use when it was last gathered. */
  get silentServers(): ReadonlySet<string> {
    return (this.#next ?? this.#current).gatherer.silent;
  }

  /** Whether the sound goes by what is among these addresses of ours. */
  worksAt(addresses: readonly string[]): boolean {
    if (this.#next !== undefined) return this.#next.worksAt(addresses);
    const plain = this.#plain?.gatherer.default.base;
    return this.#inUse.worksAt(addresses, plain);
  }

  /** Whether the peer still answers; who has no ICE, or is being told of a restart, is not asked. */
  answers(): Promise<boolean> {
    if (this.#plain !== undefined || this.#next !== undefined) return Promise.resolve(true);
    return this.#inUse.rtp.probe();
  }

  /**
   * Takes what was gathered in another network: it is used when a description has told the peer of it.
   * Checks that the peer makes sooner are answered.
   */
  regathered(gatherer: IceGatherer): GatheredIce {
    const replaced = this.#next;
    this.#next = this.#generation(gatherer, this.#current.rtp.controlling);
    this.#drop(replaced);
    return gatheredBy(this.#next);
  }

  use(stream: NegotiatedStream, address: string): void {
    this.muxed = stream.rtcpMux;
    if (stream.ice === undefined) return this.#usePlain(stream, address);
    const { local, remote, controlling } = stream.ice;
    // Roles outlive a restart (RFC 8445 §6.1.1).
    const role = this.#current.remote === undefined ? controlling : this.#current.rtp.controlling;
    if (!this.#current.isFor(local, remote)) this.#restart(stream.ice);
    this.#plain = undefined;
    this.#current.start(remote, role, this.muxed);
  }

  /** With ICE the peer proves by its checks that it is where it says. */
  confirm(): void {
    this.#confirmed = true;
    this.#plain?.transport.confirm();
  }

  permits(now: number): boolean {
    if (this.#plain !== undefined) return this.#plain.transport.permits(now);
    return this.#inUse.pair !== undefined;
  }

  send(kind: MediaKind, data: Uint8Array): void {
    if (this.#plain !== undefined) return this.#plain.transport.send(kind, data);
    // The questions for consent keep NATs open.
    if (kind === "keepalive") return;
    if (kind === "rtcp" && !this.muxed) return void this.#current.rtcp.send(data);
    this.#inUse.rtp.send(data);
  }

  facts(now: number): TransportFacts {
    if (this.#plain !== undefined) return this.#plain.transport.facts(now);
    const { remote } = this.#inUse.pair ?? {};
    const ignored = this.#ignored.lately(now);
    return {
      ...(remote && { peer: { address: remote.address, port: remote.port } }),
      ...(ignored && { ignored }),
    };
  }

  close(): void {
    this.#closed = true;
    for (const timer of [this.#retirement, this.#patience]) this.#around.clock.clearTimeout(timer);
    for (const generation of this.#all) {
      generation.close();
      generation.gatherer.close();
    }
  }

  get #all(): Generation[] {
    return [this.#current, this.#former, this.#next].filter((each) => each !== undefined);
  }

  /** Before a pair is nominated, the one before the restart, while it leads to the peer. */
  get #inUse(): Generation {
    const former = this.#former;
    const current = this.#current;
    if (former?.pair === undefined || current.rtp.state === "connected") return current;
    // Its own checks show that the peer takes what comes by the new pair.
    const isTaken = current.pair !== undefined && current.rtp.checksReceived > 0;
    return this.#formerIsOutdated && isTaken ? current : former;
  }

  #generation(
    gatherer: IceGatherer,
    controlling: boolean,
    credentials = randomCredentials(this.#around.random),
  ): Generation {
    gatherer.onDatagram = (base, data, source) => this.#receive(gatherer, base, data, source);
    gatherer.onLost = (relay, error) => {
      if (this.#closed) return;
      this.#events.failed(error);
      if (this.#inUse.pair?.local.base === relay) this.#events.lost();
    };
    return new Generation(this.#around, { credentials, gatherer, controlling }, {
      data: (data) => this.#deliver(data),
      changed: (generation) => this.#changed(generation),
    });
  }

  /** The pair in use stays so until another one works. */
  #restart({ local, remote }: NonNullable<NegotiatedStream["ice"]>): void {
    const before = this.#current;
    const next = this.#next;
    if (next !== undefined && next.credentials.ufrag === local.ufrag) {
      this.#next = undefined;
      this.#current = next;
    } else {
      this.#current = this.#generation(before.gatherer, before.rtp.controlling, local);
    }
    const { pair } = before;
    if (pair === undefined) return this.#drop(before);
    this.#retire();
    this.#former = before;
    this.#formerIsOutdated = !before.worksAt(this.#current.gatherer.addresses) ||
      !remote.candidates.some((each) => each.address === pair.remote.address);
  }

  /** Nothing comes by the former pair any more. */
  #retire(): void {
    this.#around.clock.clearTimeout(this.#retirement);
    const former = this.#former;
    this.#former = this.#retirement = undefined;
    this.#drop(former);
  }

  #drop(generation: Generation | undefined): void {
    if (generation === undefined) return;
    generation.close();
    const { gatherer } = generation;
    if (!this.#all.some((other) => other.gatherer === gatherer)) gatherer.close();
  }

  #changed(generation: Generation): void {
    if (this.#closed || generation !== this.#current) return;
    const { rtp, gatherer } = generation;
    if (rtp.state === "failed") {
      this.#events.failed(failureOf(rtp, gatherer.candidates.list, gatherer.failures));
      if (rtp.failure === "no-consent") this.#lose(generation);
      return;
    }
    if (rtp.state !== "connected") return;
    if (this.#former !== undefined) {
      this.#retirement ??= this.#around.clock.setTimeout(() => this.#retire(), RETIRE_MS);
    }
    gatherer.settle();
    this.#receiver?.ready?.();
  }

  /** Both sides lose it at once: two restarts would be refused by each other. */
  #lose(generation: Generation): void {
    const { rtp } = generation;
    if (rtp.controlling) return this.#events.lost();
    this.#around.clock.clearTimeout(this.#patience);
    this.#patience = this.#around.clock.setTimeout(() => {
      if (this.#current === generation && rtp.failure === "no-consent") this.#events.lost();
    }, PATIENCE_MS);
  }

  #receive(gatherer: IceGatherer, base: IceBase, data: Uint8Array, source: SocketAddress): void {
    if (this.#closed || data.length === 0) return;
    if (this.#plain !== undefined && data[0]! > 3) return this.#plain.receive(base, data, source);
    const agents = this.#generationFor(gatherer, base, data, source);
    const agent = base.component === 1 ? agents.rtp : agents.rtcp;
    if (kindOf(data) === "rtp" && agent.pair !== undefined && !agent.proves(base, source)) {
      this.#ignore("other-address", source);
    }
    agent.receive(base, data, source);
  }

  /** Of those that share a socket, the one that it concerns. */
  #generationFor(
    gatherer: IceGatherer,
    base: IceBase,
    data: Uint8Array,
    source: SocketAddress,
  ): Generation {
    const sharing = this.#all.filter((each) => each.gatherer === gatherer);
    const [first = this.#current] = sharing;
    if (sharing.length < 2) return first;
    const message = data[0]! < 4 ? parseStun(data) : undefined;
    return sharing.find((each) => each.concerns(base, message, source)) ?? first;
  }

  #ignore(reason: "not-authentic" | "other-address", { address, port }: SocketAddress): void {
    this.#ignored.note(reason, address, port, this.#around.clock.now());
  }

  #deliver(data: Uint8Array): void {
    const kind = kindOf(data);
    const receiver = this.#receiver;
    if (kind === "dtls") return receiver?.handshake?.(data);
    if (receiver === undefined || (kind !== "rtp" && kind !== "rtcp")) return;
    const screened = receiver.screen === undefined ? data : receiver.screen(kind, data);
    if (screened !== undefined) receiver.deliver(kind, screened);
    else if (kind === "rtp" && this.#inUse.pair) {
      this.#ignore("not-authentic", this.#inUse.pair.remote);
    }
  }

  /** The peer does without ICE, or does so from now on. */
  #usePlain(stream: NegotiatedStream, address: string): void {
    const before = this.#current;
    if (this.#next !== undefined) {
      this.#current = this.#next;
      this.#next = undefined;
    } else if (before.remote !== undefined) {
      const { gatherer, credentials } = before;
      this.#current = this.#generation(gatherer, true, credentials);
    }
    this.#retire();
    if (this.#current !== before) this.#drop(before);
    if (this.#plain?.gatherer !== this.#current.gatherer) this.#plain = this.#plainTransport();
    this.#plain.transport.use(stream, address);
  }

  #plainTransport(): PlainOverIce {
    const plain = new PlainOverIce(this.#current.gatherer, this.#around.clock);
    const transport: PlainTransport = plain.transport;
    transport.receiver = this.#receiver;
    if (this.#confirmed) transport.confirm();
    return plain;
  }
}

/** What a description says of a generation. */
function gatheredBy({ gatherer, credentials }: Generation): GatheredIce {
  return {
    address: gatherer.default.address,
    ...portsOf(gatherer),
    candidates: gatherer.candidates.list.map(({ base: _, ...candidate }) => candidate),
    credentials,
  };
}

/** Of its default candidate. */
function portsOf(gatherer: IceGatherer): { port: number; rtcpPort: number } {
  const { port } = gatherer.default;
  return { port, rtcpPort: gatherer.defaultRtcp?.port ?? port + 1 };
}
