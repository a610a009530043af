/**
 * A network between two phones that loses sound on its way to the callee, and nothing else. Each phone
 * takes it for the other: a SIP relay puts its ports into their descriptions.
 *
 *     caller ═ RTP ═► near ── loses by a seed ──► far ═► callee      RTCP and the way back: untouched
 */
import { type SocketPair, UdpSockets } from "../../src/media/transport/sockets.ts";

const HOST = "127.0.0.1";

export class LossyMedia implements Disposable {
  /** RTP packets that came for the callee, those of them that were lost, and octets of payload. */
  readonly counts = { came: 0, lost: 0, octets: 0 };
  readonly #near: SocketPair;
  readonly #far: SocketPair;
  /** RTP ports of the phones, as they say; RTCP is above them. */
  #caller = 0;
  #callee = 0;

  constructor(lost: () => boolean) {
    const sockets = new UdpSockets({ address: HOST, random: () => 0 });
    this.#near = sockets.open(
      (data) => {
        this.counts.came++;
        this.counts.octets += data.length - 12;
        if (lost()) this.counts.lost++;
        else this.#far.sendRtp(data.slice(), HOST, this.#callee);
      },
      (data) => this.#far.sendRtcp(data.slice(), HOST, this.#callee + 1),
    );
    this.#far = sockets.open(
      (data) => this.#near.sendRtp(data.slice(), HOST, this.#caller),
      (data) => this.#near.sendRtcp(data.slice(), HOST, this.#caller + 1),
    );
  }

  /** A SIP message with a description, of the caller (left) or of the callee, with our ports in it. */
  alter(text: string, from: "left" | "right"): string {
    const port = Number(/^m=audio (\d+)/m.exec(text)?.[1] ?? 0);
    if (port === 0) return text;
    if (from === "left") this.#caller = port;
    else this.#callee = port;
    const ours = from === "left" ? this.#far.rtpPort : this.#near.rtpPort;
    return text.replace(/^m=audio \d+/m, `m=audio ${ours}`)
      .replace(/^a=rtcp:\d+/m, `a=rtcp:${ours + 1}`);
  }

  [Symbol.dispose](): void {
    this.#near.close();
    this.#far.close();
  }
}
