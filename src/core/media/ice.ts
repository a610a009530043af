/**
 * ICE in offer and answer (RFC 8839 §4), as pure functions: what media gathered goes into our
 * descriptions, and the peer's becomes what the stream runs on.
 *
 * RTCP on RTP's port is always offered with it (RFC 5761); a peer that wants a port for RTCP has a
 * second component, without relays.
 *
 * In another network media gathers anew. Whoever has ICE gets that in a restart, which is ours or the
 * peer's; until then every description repeats what is in force (RFC 8839 §4.4.3).
 */
import { isUnspecified } from "../../base/network/mod.ts";
import type {
  GatheredIce,
  IceCredentials,
  IceDescription,
  LocalIce,
  LocalPorts,
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
    ice: described(ice),
  };
}

/** What an answer of ours says of ICE, and how the stream runs then. */
export function answerIce(
  offer: MediaDescription,
  local: LocalPorts,
): { answer: Partial<StreamDescription>; negotiated?: NegotiatedIce } {
  const bundle = offer.bundled && offer.mid !== undefined
    ? { mid: offer.mid, bundled: true as const }
    : {};
  if (local.ice === undefined) return { answer: bundle };
  const { address, peer } = local.ice;
  if (offer.ice === undefined) return { answer: { address, ...bundle } };
  if (isMismatch(offer, offer.ice)) {
    return { answer: { address, ...bundle, iceMismatch: true } };
  }
  const restarts = peer !== undefined && !sameCredentials(peer, offer.ice);
  const { ice, ...ports } = restarts ? restarted(local) : local;
  const negotiated = {
    local: ice!.credentials,
    remote: offer.ice,
    controlling: offer.ice.lite === true,
  };
  const said = described(ice!);
  if (offer.rtcpMux) said.candidates = said.candidates.filter(({ component }) => component === 1);
  return { answer: { ...ports, address: ice!.address, ...bundle, ice: said }, negotiated };
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

/** Our side after a stream was settled: what is in force, and what is left for restarts. */
export function settledPorts(local: LocalPorts, negotiated: NegotiatedIce | undefined): LocalPorts {
  const { ice } = local;
  if (ice === undefined || negotiated === undefined) return local;
  const { local: ours, remote } = negotiated;
  const peer = { ufrag: remote.ufrag, password: remote.password };
  const anew = restarted(local);
  const settled = sameCredentials(ours, anew.ice!.credentials) ? anew : local;
  return { ...settled, ice: { ...settled.ice!, credentials: ours, peer } };
}

/** Our side as a restart has it: what was gathered anew, or the same candidates with spare credentials. */
export function restarted(local: LocalPorts): LocalPorts {
  if (local.ice === undefined) return local;
  const { next, peer: _, ...ice } = local.ice;
  if (next !== undefined) {
    const { port, rtcpPort, ...gathered } = next;
    return { port, rtcpPort, ice: { ...ice, ...gathered } };
  }
  const [credentials = ice.credentials, ...spares] = ice.spares;
  return { ...local, ice: { ...ice, credentials, spares } };
}

/**
 * Our side when media has gathered anew.
 * @param told whether the peer knows our credentials: then only a restart takes them from it
 */
export function regathered(local: LocalPorts, next: GatheredIce, told: boolean): LocalPorts {
  if (local.ice === undefined) return local;
  const ports = { ...local, ice: { ...local.ice, next } };
  return told ? ports : restarted(ports);
}

function described({ credentials, candidates }: LocalIce): IceDescription {
  const { ufrag, password } = credentials;
  return { ufrag, password, candidates };
}

/**
 * Whether an offer is a browser's, which takes no answer without ICE: WebRTC has all of this in each
 * (RFC 9429 §5.2.1), and who can do without ICE lacks some of it.
 */
export function needsIce({ profile, bundled, rtcpMux, ice }: MediaDescription): boolean {
  return profile === "UDP/TLS/RTP/SAVPF" && bundled === true && rtcpMux === true &&
    ice?.options?.includes("trickle") === true;
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
