/** RTP to a peer that does without ICE, from the default candidate of what was gathered. */
import type { Clock } from "../../../base/time/mod.ts";
import { type OnDatagram, PlainTransport, type SocketPair } from "../mod.ts";
import type { SocketAddress } from "../stun/mod.ts";
import type { Component, IceBase } from "./candidate.ts";
import type { IceGatherer } from "./gatherer.ts";

export class PlainOverIce {
  readonly gatherer: IceGatherer;
  readonly transport: PlainTransport;
  /** By component: what takes what comes for it. */
  #on: Record<Component, OnDatagram> | undefined;

  /** @param gatherer keeps its sockets: closing the transport leaves them open */
  constructor(gatherer: IceGatherer, clock: Clock) {
    this.gatherer = gatherer;
    const { default: rtp, defaultRtcp } = gatherer;
    const pair: SocketPair = {
      rtpPort: rtp.port,
      rtcpPort: defaultRtcp?.port ?? rtp.port + 1,
      sendRtp: (data, address, port) => rtp.base.send(data, address, port),
      sendRtcp: (data, address, port) => defaultRtcp?.base.send(data, address, port),
      close: () => {},
    };
    const open = (onRtp: OnDatagram, onRtcp: OnDatagram) => {
      this.#on = { 1: onRtp, 2: onRtcp };
      return pair;
    };
    this.transport = new PlainTransport({ clock, sockets: { open } });
  }

  /** What came by a base, unless that is another candidate's. */
  receive(base: IceBase, data: Uint8Array, { address, port }: SocketAddress): void {
    const { default: rtp, defaultRtcp: rtcp } = this.gatherer;
    if (base === rtp.base || base === rtcp?.base) this.#on?.[base.component](data, address, port);
  }
}
