/**
 * A network between two phones that loses sound on its way there, and nothing else: the SIP relay puts
 * this one's ports into the callee's answers.
 *
 *     caller ═ RTP ═► even port ── loses by a seed ──► callee      RTCP and the way back: untouched
 */
import { type SocketPair, UdpSockets } from "../../src/media/transport/sockets.ts";

const HOST = "127.0.0.1";

export class LossyMedia implements Disposable {
  /** RTP packets that came for the callee, and those of them that were lost. */
  readonly counts = { came: 0, lost: 0, octets: 0 };
  readonly #near: SocketPair;
  readonly #far: SocketPair;
  /** RTP port of the caller, once it is known. */
  #caller = 0;

  /** @param callee its RTP port; RTCP is above it */
  constructor(callee: number, lost: () => boolean) {
    const sockets = new UdpSockets({ address: HOST, random: () => 0 });
    this.#near = sockets.open(
      (data, _, port) => {
        this.#caller = port;
        this.counts.came++;
        this.counts.octets += data.length - 12;
        if (lost()) this.counts.lost++;
        else this.#far.sendRtp(data.slice(), HOST, callee);
      },
      (data) => this.#far.sendRtcp(data.slice(), HOST, callee + 1),
    );
    this.#far = sockets.open(
      (data) => this.#caller > 0 && this.#near.sendRtp(data.slice(), HOST, this.#caller),
      (data) => this.#caller > 0 && this.#near.sendRtcp(data.slice(), HOST, this.#caller + 1),
    );
  }

  /** Where the caller sends RTP. */
  get port(): number {
    return this.#near.rtpPort;
  }

  [Symbol.dispose](): void {
    this.#near.close();
    this.#far.close();
  }
}
