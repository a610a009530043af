/**
 * ICE in offer and answer (RFC 8839 §4), as pure functions: what media gathered goes into our
 * descriptions, and the peer's becomes what the stream runs on.
 *
 * RTCP on RTP's port is always offered with it (RFC 5761); a peer that wants a port for RTCP has a
 * second component, without relays.
 */
import { isUnspecified } from "../../base/network/mod.ts";
import type {
  IceCredentials,
  IceDescription,
  LocalIce,
  MediaDescription,
  NegotiatedIce,
  StreamDescription,
} from "./media_description.ts";

/** Names our one stream in a bundle (RFC 9143). */
const MID = "0";

/** What an offer of ours says of ICE. */
export function offerIce(ice: LocalIce | undefined): Partial<StreamDescription> {
  if (ice === undefined) return {};
  return {
    address: ice.address,
    rtcpMux: true,
    mid: MID,
    bundled: true,
    ice: described(ice, ice.credentials),
  };
}

/** What an answer of ours says of ICE, and how the stream runs then. */
export function answerIce(
  offer: MediaDescription,
  ice: LocalIce | undefined,
): { answer: Partial<StreamDescription>; negotiated?: NegotiatedIce } {
  const bundle = offer.bundled && offer.mid !== undefined
    ? { mid: offer.mid, bundled: true as const }
    : {};
  if (ice === undefined) return { answer: bundle };
  const { address, peer, spares } = ice;
  if (offer.ice === undefined) return { answer: { address, ...bundle } };
  if (isMismatch(offer, offer.ice)) {
    return { answer: { address, ...bundle, iceMismatch: true } };
  }
  const restarts = peer !== undefined && !sameCredentials(peer, offer.ice);
  const local = restarts ? spares[0] ?? ice.credentials : ice.credentials;
  const negotiated = { local, remote: offer.ice, controlling: offer.ice.lite === true };
  const said = described(ice, local);
  if (offer.rtcpMux) said.candidates = said.candidates.filter(({ component }) => component === 1);
  return { answer: { address, ...bundle, ice: said }, negotiated };
}

/** What the peer's answer settled; undefined: the stream runs without ICE. */
export function acceptIce(
  offer: MediaDescription,
  answer: MediaDescription,
): NegotiatedIce | undefined {
  if (offer.ice === undefined || answer.ice === undefined) return undefined;
  const { ufrag, password } = offer.ice;
  return { local: { ufrag, password }, remote: answer.ice, controlling: true };
}

/** Our side after a stream was settled: whose credentials are in force, and what a restart has left. */
export function settledIce(ice: LocalIce, negotiated: NegotiatedIce | undefined): LocalIce {
  if (negotiated === undefined) return ice;
  const { local, remote } = negotiated;
  const peer = { ufrag: remote.ufrag, password: remote.password };
  if (sameCredentials(local, ice.credentials)) return { ...ice, peer };
  return {
    ...ice,
    peer,
    credentials: local,
    spares: ice.spares.filter((spare) => !sameCredentials(spare, local)),
  };
}

function described(ice: LocalIce, { ufrag, password }: IceCredentials): IceDescription {
  return { ufrag, password, candidates: ice.candidates };
}

/**
 * Somebody on the way changed the addresses and knows nothing of ICE (RFC 8839 §5.4): the default one is
 * no candidate. A peer that is still gathering (trickle) has none yet.
 */
function isMismatch({ address, port }: MediaDescription, { candidates }: IceDescription): boolean {
  if (isUnspecified(address) || port === 9 || candidates.length === 0) return false;
  return !candidates.some((each) => each.address === address && each.port === port);
}

function sameCredentials(one: IceCredentials, other: IceCredentials): boolean {
  return one.ufrag === other.ufrag && one.password === other.password;
}
