/**
 * The descriptions of one dialog: what SIP.js calls a session description handler.
 *
 *     core ── MediaDescription ─► offer() | answer() ─► SDP in a request or response of ours
 *     core ◄─ MediaDescription ── receive(…)         ◄─ SDP of the peer
 *
 * It keeps what a series of offers and answers must keep (RFC 3264 §8): the o= line's session id,
 * its version (one up for each change, the same for the same text), and the number and order of the
 * m= lines. An offer of the peer counts only when it is answered: a rejected one leaves no trace.
 */
import { isIpv6, isNumericHost } from "../../base/network/mod.ts";
import type { MediaDescription } from "../../core/media/mod.ts";
import { localAddressToward } from "../transport/flow/mod.ts";
import { type Layout, type Origin, parseSdp, writeSdp } from "./sdp.ts";

export class SessionDescriptions {
  /** Of several streams that the peer offers, one with encryption is taken. */
  prefersSecure = false;
  /**
   * Our address as the server sees it, for the o= line, when that is not the one on our machine. The
   * c= line keeps the latter: without ICE nobody knows the port that a NAT gives to our sound, and who
   * repairs that, looks for it there. With ICE the o= line tells nothing that candidates do not.
   */
  seenAs: string | undefined;
  readonly #origin: Origin;
  /** The last text without its version. */
  #written = "";
  #sent: string | undefined;
  /** The local address in it. */
  #address = "";
  /** m= lines of the last exchange that was completed, or of our first offer. */
  #layout: Layout | undefined;
  /** m= lines of an offer of the peer that waits for our answer. */
  #offered: Layout | undefined;
  /** Where the peer wants its sound; empty before it said so. */
  #peerAddress = "";

  readonly #addressToward: (remote: string) => string;

  /**
   * @param random uniform in [0, 1): the session id
   * @param addressToward the local address that a peer's is reached from
   */
  constructor(random: () => number, origin?: Origin, addressToward = localAddressToward) {
    this.#addressToward = addressToward;
    this.#origin = origin ?? { sessionId: Math.floor(random() * 2 ** 48) + 1, version: 0 };
  }

  /**
   * The same history for another dialog of a forked INVITE: it got the same offer.
   */
  fork(): SessionDescriptions {
    const copy = new SessionDescriptions(() => 0, { ...this.#origin }, this.#addressToward);
    copy.#written = this.#written;
    copy.#sent = this.#sent;
    copy.#address = this.#address;
    copy.#layout = this.#layout;
    return copy;
  }

  /** Our last description as it was sent; undefined before the first. */
  get current(): string | undefined {
    return this.#sent;
  }

  /** Whether what we said last names another address of ours than it would now. */
  isStale(signalling: string): boolean {
    return this.#sent !== undefined && this.#address !== this.#localAddress(signalling);
  }

  /** @param address local address of the signalling flow */
  offer(description: MediaDescription, address: string): string {
    return this.#write(description, address, this.#layout);
  }

  /** Answers the last received offer. */
  answer(description: MediaDescription, address: string): string {
    this.#layout = this.#offered ?? this.#layout;
    this.#offered = undefined;
    return this.#write(description, address, this.#layout);
  }

  /**
   * An answer that takes nothing: the offer's lines with port 0. An offer in a 2xx must be answered
   * even when it is unacceptable (RFC 3261 §13.2.2.4).
   */
  refusal(address: string): string {
    const refused: MediaDescription = {
      address: "",
      port: 0,
      profile: "RTP/AVP",
      formats: [],
      direction: "inactive",
    };
    return this.answer(refused, address);
  }

  /** As {@link refusal}, for an offer that nobody has read; undefined when it cannot be read. */
  refusalOf(offer: string, address: string): string | undefined {
    try {
      this.receiveOffer(offer);
      return this.refusal(address);
    } catch {
      return undefined;
    }
  }

  /** @throws OffhookError as {@link parseSdp} */
  receiveOffer(text: string): MediaDescription {
    const { description, lines, audioIndex } = parseSdp(
      text,
      this.#layout?.audioIndex,
      this.prefersSecure,
    );
    this.#offered = { lines, audioIndex };
    this.#meet(description);
    return description;
  }

  /** @throws OffhookError as {@link parseSdp} */
  receiveAnswer(text: string): MediaDescription {
    const { description } = parseSdp(text, this.#layout?.audioIndex ?? 0);
    this.#meet(description);
    return description;
  }

  /** A null address asks for hold and says nothing of where the peer is. */
  #meet({ address }: MediaDescription): void {
    if (isNumericHost(address) && !/^[0.:]+$/.test(address)) this.#peerAddress = address;
  }

  /** Sound goes between addresses of one family, which need not be that of the signalling. */
  #localAddress(signalling: string): string {
    const peer = this.#peerAddress;
    const isComparable = isNumericHost(signalling) && isNumericHost(peer);
    return !isComparable || isIpv6(signalling) === isIpv6(peer)
      ? signalling
      : this.#addressToward(peer);
  }

  #write(description: MediaDescription, signalling: string, layout: Layout | undefined): string {
    const address = this.#localAddress(signalling);
    this.#address = address;
    this.#origin.address ??= description.ice === undefined ? this.seenAs ?? address : address;
    const unversioned = writeSdp(description, address, { ...this.#origin, version: 0 }, layout);
    if (unversioned !== this.#written) this.#origin.version += 1;
    this.#written = unversioned;
    this.#sent = writeSdp(description, address, this.#origin, layout);
    return this.#sent;
  }
}
