/**
 * The lowest stage where ICE was agreed: the sockets and relays that gathering opened, and the pair of
 * them that the agent proves. Peers that do without ICE are spoken to from the default candidate.
 *
 *     socket, relay ─► STUN: agent │ from a pair that works ─► authentic? ─► deliver
 *     send ─► the pair in use ─► socket, relay
 *
 * A restart (RFC 8445 §9) is a second agent; the first one's pair is used until that has one.
 */
import type { Clock } from "../../../base/time/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import type { IceCredentials, LocalIce, NegotiatedStream } from "../../../core/media/mod.ts";
import type { IceReport } from "../../../core/ports/mod.ts";
import type { Random32 } from "../../rtp/mod.ts";
import {
  kindOf,
  type MediaKind,
  type MediaTransport,
  type OnDatagram,
  PlainTransport,
  type Receiver,
  type SocketPair,
} from "../mod.ts";
import { parseStun, type SocketAddress } from "../stun/mod.ts";
import { IceAgent } from "./agent.ts";
import type { Component, IceBase } from "./candidate.ts";
import { failureOf, reportOf } from "./explain.ts";
import type { IceGatherer } from "./gatherer.ts";
import { randomCredentials } from "./random.ts";

/** Restarts that a call may have. */
const SPARES = 32;

export class IceTransport implements MediaTransport {
  muxed = true;
  /** What the offer or answer says of us. */
  readonly local: LocalIce;
  readonly #around: { clock: Clock; random: Random32 };
  readonly #gatherer: IceGatherer;
  readonly #failed: (error: OffhookError) => void;
  #receiver: Receiver | undefined;
  #agent: IceAgent;
  /** For RTCP of a peer that has another port for it; waits where there is none. */
  #rtcpAgent: IceAgent;
  /** Of the peer that the agent was started for. */
  #remote: IceCredentials | undefined;
  /** The agent before a restart. */
  #former: IceAgent | undefined;
  #plain: PlainTransport | undefined;
  /** By component: what takes what comes for it. */
  #onPlain: Record<Component, OnDatagram> | undefined;
  /** The peer is known to be where its description says. */
  #confirmed = false;
  #closed = false;

  /**
   * @param gatherer has gathered
   * @param failed is told when there is no way to the peer (any more), and when a relay is lost
   */
  constructor(
    around: { clock: Clock; random: Random32 },
    gatherer: IceGatherer,
    failed: (error: OffhookError) => void,
  ) {
    this.#around = around;
    this.#gatherer = gatherer;
    this.#failed = failed;
    const [credentials, ...spares] = Array.from(
      { length: 1 + SPARES },
      () => randomCredentials(around.random),
    );
    this.local = {
      address: gatherer.default.address,
      candidates: gatherer.candidates.list.map(({ base: _, ...candidate }) => candidate),
      credentials: credentials!,
      spares,
    };
    this.#agent = this.#agentWith(credentials!, 1);
    this.#rtcpAgent = this.#agentWith(credentials!, 2);
    gatherer.onDatagram = (base, data, source) => this.#receive(base, data, source);
    gatherer.onLost = (error) => failed(error);
  }

  get receiver(): Receiver | undefined {
    return this.#receiver;
  }

  set receiver(receiver: Receiver | undefined) {
    this.#receiver = receiver;
    if (this.#plain !== undefined) this.#plain.receiver = receiver;
  }

  get rtpPort(): number {
    return this.#gatherer.default.port;
  }

  get rtcpPort(): number {
    return this.#gatherer.defaultRtcp?.port ?? this.rtpPort + 1;
  }

  get report(): IceReport | undefined {
    if (this.#plain !== undefined || this.#agent.state === "waiting") return undefined;
    return reportOf(this.#agent, this.local.candidates);
  }

  use(stream: NegotiatedStream, address: string): void {
    this.muxed = stream.rtcpMux;
    if (stream.ice === undefined) return this.#usePlain(stream, address);
    const { local, remote, controlling } = stream.ice;
    const restarted = local.ufrag !== this.#agent.credentials.ufrag ||
      (this.#remote !== undefined && !sameCredentials(this.#remote, remote));
    if (restarted) this.#restart(local);
    this.#plain = undefined;
    this.#remote = { ufrag: remote.ufrag, password: remote.password };
    this.#agent.start(remote, controlling);
    if (!this.muxed) this.#rtcpAgent.start(remote, controlling);
  }

  /** With ICE the peer proves by its checks that it is where it says. */
  confirm(): void {
    this.#confirmed = true;
    this.#plain?.confirm();
  }

  permits(now: number): boolean {
    if (this.#plain !== undefined) return this.#plain.permits(now);
    return (this.#agent.pair ?? this.#former?.pair) !== undefined;
  }

  send(kind: MediaKind, data: Uint8Array): void {
    if (this.#plain !== undefined) return this.#plain.send(kind, data);
    // The questions for consent keep NATs open.
    if (kind === "keepalive") return;
    if (kind === "rtcp" && !this.muxed) return void this.#rtcpAgent.send(data);
    if (!this.#agent.send(data)) this.#former?.send(data);
  }

  close(): void {
    this.#closed = true;
    this.#agent.close();
    this.#rtcpAgent.close();
    this.#former?.close();
    this.#gatherer.close();
  }

  #agentWith(credentials: IceCredentials, component: Component): IceAgent {
    const candidates = this.#gatherer.candidates.list;
    const agent: IceAgent = new IceAgent(
      { ...this.#around, component, credentials, candidates, controlling: true },
      { data: (data) => this.#deliver(data), changed: () => this.#changed(agent) },
    );
    return agent;
  }

  /** The pair in use stays so until another one works (RFC 8445 §9). */
  #restart(credentials: IceCredentials): void {
    const { pair } = this.#agent;
    if (pair === undefined) this.#agent.close();
    else {
      this.#former?.close();
      this.#former = this.#agent;
    }
    this.#agent = this.#agentWith(credentials, 1);
    this.#rtcpAgent.close();
    this.#rtcpAgent = this.#agentWith(credentials, 2);
  }

  #changed(agent: IceAgent): void {
    if (this.#closed || agent !== this.#agent) return;
    if (agent.state === "failed") {
      return this.#failed(failureOf(agent, this.local.candidates, this.#gatherer.failures));
    }
    if (agent.state !== "connected") return;
    this.#former?.close();
    this.#former = undefined;
    this.#gatherer.settle();
    this.#receiver?.ready?.();
  }

  #receive(base: IceBase, data: Uint8Array, source: SocketAddress): void {
    if (this.#closed || data.length === 0) return;
    if (this.#plain !== undefined && data[0]! > 3) {
      const { default: rtp, defaultRtcp: rtcp } = this.#gatherer;
      if (base !== rtp.base && base !== rtcp?.base) return;
      return this.#onPlain?.[base.component](data, source.address, source.port);
    }
    this.#agentFor(base, data, source).receive(base, data, source);
  }

  #agentFor(base: IceBase, data: Uint8Array, source: SocketAddress): IceAgent {
    if (base.component === 2) return this.#rtcpAgent;
    const former = this.#former;
    if (former === undefined) return this.#agent;
    const message = data[0]! < 4 ? parseStun(data) : undefined;
    const isFormers = message === undefined
      ? former.proves(base, source) && !this.#agent.proves(base, source)
      : former.concerns(message) && !this.#agent.concerns(message);
    return isFormers ? former : this.#agent;
  }

  #deliver(data: Uint8Array): void {
    const kind = kindOf(data);
    const receiver = this.#receiver;
    if (kind === "dtls") return receiver?.handshake?.(data);
    if (receiver === undefined || (kind !== "rtp" && kind !== "rtcp")) return;
    const screened = receiver.screen === undefined ? data : receiver.screen(kind, data);
    if (screened !== undefined) receiver.deliver(kind, screened);
  }

  /** The peer does without ICE, or does so from now on. */
  #usePlain(stream: NegotiatedStream, address: string): void {
    if (this.#remote !== undefined) {
      const { credentials } = this.#agent;
      for (const agent of [this.#agent, this.#rtcpAgent, this.#former]) agent?.close();
      this.#former = undefined;
      this.#remote = undefined;
      this.#agent = this.#agentWith(credentials, 1);
      this.#rtcpAgent = this.#agentWith(credentials, 2);
    }
    this.#plain ??= this.#plainTransport();
    this.#plain.use(stream, address);
  }

  #plainTransport(): PlainTransport {
    const { default: { base }, defaultRtcp } = this.#gatherer;
    const pair: SocketPair = {
      rtpPort: this.rtpPort,
      rtcpPort: this.rtcpPort,
      sendRtp: (data, address, port) => base.send(data, address, port),
      sendRtcp: (data, address, port) => defaultRtcp?.base.send(data, address, port),
      close: () => {},
    };
    const plain = new PlainTransport({
      clock: this.#around.clock,
      sockets: {
        open: (onRtp, onRtcp) => {
          this.#onPlain = { 1: onRtp, 2: onRtcp };
          return pair;
        },
      },
    });
    plain.receiver = this.#receiver;
    if (this.#confirmed) plain.confirm();
    return plain;
  }
}

function sameCredentials(one: IceCredentials, other: IceCredentials): boolean {
  return one.ufrag === other.ufrag && one.password === other.password;
}
