/**
 * Where RTCP goes that has a port of its own, and whose is taken.
 *
 *     to: the signalled RTCP address; once media was found to come from elsewhere, the port above it;
 *         once RTCP came from the peer's address, its port
 *     from: only the address that media comes from; while RTCP comes from its port, only that port
 */
import type { RemoteAddress } from "./remote_address.ts";

/** Silence of the peer's RTCP before another port of its address is believed: two intervals, ms. */
const SILENCE_MS = 15_000;

export class RtcpAddress {
  #signalledPort = 0;
  /** RTP address for which `#port` was signalled or learnt. */
  #rtpAddress = "";
  #rtpPort = 0;
  #port = 0;
  /** RTP address that the signalled RTCP port belongs to. */
  #home = { address: "", port: 0 };
  /** When RTCP came from `#port` last, ms. */
  #heardAt: number | undefined;

  /** The peer described itself again. */
  signalled(port: number, remote: RemoteAddress): void {
    if (port === this.#signalledPort) return;
    this.#signalledPort = port;
    this.#port = port;
    this.#rtpAddress = remote.address;
    this.#rtpPort = remote.port;
    this.#home = { address: remote.address, port: remote.port };
    this.#heardAt = undefined;
  }

  /** The port at the address of media; 0: nowhere. */
  portFor(remote: RemoteAddress): number {
    this.#follow(remote);
    return this.#port;
  }

  /**
   * Whether RTCP from a port of media's address is the peer's: from the signalled port and the
   * present one always, from another only when that one fell silent.
   * @param now ms
   */
  believes(port: number, remote: RemoteAddress, now: number): boolean {
    this.#follow(remote);
    if (port === this.#port || port === this.#portAt(this.#rtpAddress, this.#rtpPort)) return true;
    return this.#heardAt === undefined || now - this.#heardAt >= SILENCE_MS;
  }

  /** RTCP that was believed proved to be some. @param now ms */
  heard(port: number, now: number): void {
    this.#port = port;
    this.#heardAt = now;
  }

  /** Where RTCP goes, as far as it was signalled: beside RTP that was found elsewhere. */
  #portAt(address: string, port: number): number {
    const atHome = address === this.#home.address && port === this.#home.port;
    return atHome ? this.#signalledPort : port + 1;
  }

  /** Media comes from another address than the one that the RTCP port belongs to. */
  #follow({ address, port }: RemoteAddress): void {
    if (address === this.#rtpAddress && port === this.#rtpPort) return;
    this.#rtpAddress = address;
    this.#rtpPort = port;
    this.#port = this.#portAt(address, port);
    this.#heardAt = undefined;
  }
}
