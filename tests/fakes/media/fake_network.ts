/** UDP between engines of one test, on its clock: every datagram is noted, and may be impaired. */
import type { Clock } from "../../../src/base/time/clock.ts";
import type { OnDatagram, SocketPair, Sockets } from "../../../src/media/transport/sockets.ts";

/** A datagram on its way; a test may drop it or change where it seems to come from. */
export interface Datagram {
  data: Uint8Array;
  from: { address: string; port: number };
  to: { address: string; port: number };
}

export class FakeNetwork {
  /** Everything that was sent, in order. */
  readonly sent: Datagram[] = [];
  /** What becomes of a datagram: ms until it arrives, one per copy; empty: lost. */
  fate: (datagram: Datagram) => number[] = () => [1];
  readonly #clock: Clock;
  readonly #ports = new Map<string, OnDatagram>();
  #nextPort = 40_000;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The sockets of a host. */
  host(address: string): Sockets {
    return {
      open: (onRtp, onRtcp) => this.#open(address, onRtp, onRtcp),
      resolve: (host) => Promise.resolve(host),
    };
  }

  /** Sends a datagram from anywhere. */
  inject(datagram: Datagram): void {
    const data = datagram.data.slice();
    const { from, to } = datagram;
    for (const ms of this.fate(datagram)) {
      this.#clock.setTimeout(
        () => this.#ports.get(`${to.address}:${to.port}`)?.(data, from.address, from.port),
        ms,
      );
    }
  }

  #open(address: string, onRtp: OnDatagram, onRtcp: OnDatagram): SocketPair {
    const rtpPort = this.#nextPort;
    const rtcpPort = rtpPort + 1;
    this.#nextPort += 2;
    this.#ports.set(`${address}:${rtpPort}`, onRtp);
    this.#ports.set(`${address}:${rtcpPort}`, onRtcp);
    const send = (port: number) => (data: Uint8Array, to: string, toPort: number) => {
      const datagram = {
        data: data.slice(),
        from: { address, port },
        to: { address: to, port: toPort },
      };
      this.sent.push(datagram);
      this.inject(datagram);
    };
    return {
      rtpPort,
      rtcpPort,
      sendRtp: send(rtpPort),
      sendRtcp: send(rtcpPort),
      close: () => {
        this.#ports.delete(`${address}:${rtpPort}`);
        this.#ports.delete(`${address}:${rtcpPort}`);
      },
    };
  }
}
