/**
 * One generation of ICE (RFC 8445 §9): what was gathered, the credentials, and the agents that find a
 * pair with both. A restart is another generation, which may share what was gathered.
 */
import type { Clock } from "../../../base/time/mod.ts";
import type { IceCredentials, IceDescription } from "../../../core/media/mod.ts";
import type { Random32 } from "../../rtp/mod.ts";
import type { SocketAddress, StunMessage } from "../stun/mod.ts";
import { IceAgent } from "./agent.ts";
import type { CandidatePair } from "./check_list.ts";
import type { Component, IceBase } from "./candidate.ts";
import type { IceGatherer } from "./gatherer.ts";

export interface GenerationEvents {
  data(data: Uint8Array): void;
  /** The state of RTP's agent, or the pair in use, is another one. */
  changed(generation: Generation): void;
}

export class Generation {
  readonly credentials: IceCredentials;
  readonly gatherer: IceGatherer;
  readonly rtp: IceAgent;
  /** For RTCP of a peer that has another port for it; waits where there is none. */
  readonly rtcp: IceAgent;
  /** Of the peer that the agents were started for. */
  remote: IceCredentials | undefined;

  /** @param controlling is assumed until the start */
  constructor(
    around: { clock: Clock; random: Random32 },
    of: { credentials: IceCredentials; gatherer: IceGatherer; controlling: boolean },
    events: GenerationEvents,
  ) {
    this.credentials = of.credentials;
    this.gatherer = of.gatherer;
    const candidates = of.gatherer.candidates.list;
    const { credentials, controlling } = of;
    const agentFor = (component: Component, changed: () => void) =>
      new IceAgent(
        { ...around, component, credentials, candidates, controlling },
        { data: (data) => events.data(data), changed },
      );
    this.rtp = agentFor(1, () => events.changed(this));
    this.rtcp = agentFor(2, () => {});
  }

  start(remote: IceDescription, controlling: boolean, muxed: boolean): void {
    this.remote = { ufrag: remote.ufrag, password: remote.password };
    this.rtp.start(remote, controlling);
    if (!muxed) this.rtcp.start(remote, controlling);
  }

  /** Whether these are the credentials of both sides. */
  isFor(local: IceCredentials, remote: IceCredentials): boolean {
    return same(local, this.credentials) &&
      (this.remote === undefined || same(remote, this.remote));
  }

  get pair(): CandidatePair | undefined {
    return this.rtp.pair;
  }

  /**
   * Whether what the sound goes by is among these addresses of ours.
   * @param base by which it goes; absent: any may become the one
   */
  worksAt(addresses: readonly string[], base = this.pair?.local.base): boolean {
    const needed = base === undefined || base.relay !== undefined
      ? this.gatherer.addresses
      : [base.address];
    return needed.every((address) => addresses.includes(address));
  }

  /** Whether what came is for this generation: by its credentials, or by a pair that works. */
  concerns(base: IceBase, message: StunMessage | undefined, source: SocketAddress): boolean {
    return message === undefined ? this.rtp.proves(base, source) : this.rtp.concerns(message);
  }

  /** The agents only: what was gathered may be another generation's, too. */
  close(): void {
    this.rtp.close();
    this.rtcp.close();
  }
}

function same(one: IceCredentials, other: IceCredentials): boolean {
  return one.ufrag === other.ufrag && one.password === other.password;
}
