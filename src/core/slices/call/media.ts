/** What the core asks of media: streams started and muted as the call's state says. */
import {
  type Call,
  encryptionOf,
  type EncryptionView,
  type MediaState,
  type OpenMedia,
  type RecordingState,
  type Turn,
} from "../../state/mod.ts";
import {
  directionOf,
  type MediaDescription,
  type NegotiatedStream,
  type PayloadFormat,
  PLAIN_SPEECH,
  sameFormat,
  sameSpeech,
  settledPorts,
} from "../../media/mod.ts";
import { needsCertificate } from "./encryption.ts";
import { opusWishOf } from "./account_formats.ts";
import type { AudioEndpoints } from "../../ports/mod.ts";

/** The ports of a call whose sockets are open; undefined before. */
export function portsOf(call: Call): OpenMedia | undefined {
  return call.media.name === "open" || call.media.name === "running" ? call.media : undefined;
}

/** Opens a call's sound, with the volume and the filters of now. */
export function openMedia(turn: Turn, opened: Call): void {
  const { id: call, account, endpoints } = turn.put({ ...opened, media: { name: "opening" } });
  const { volume, speech } = turn;
  const ice = wantsIce(turn, opened) ? { ice: account } : {};
  const dtls = needsCertificate(turn, opened) ? { dtls: true as const } : {};
  turn.ask({ type: "OpenMedia", call, endpoints, formats: formatsOf(opened), ...ice, ...dtls });
  if (volume !== 0) turn.ask({ type: "SetVolume", call, volume });
  if (!sameSpeech(speech, PLAIN_SPEECH)) turn.ask({ type: "SetSpeech", call, speech });
}

/** What the call may run on, as far as the peer has spoken. */
function formatsOf({ capabilities, phase }: Call): PayloadFormat[] {
  const offer = "offer" in phase ? phase.offer : null;
  if (offer === null) return capabilities;
  return capabilities.filter((own) => offer.formats.some((theirs) => sameFormat(own, theirs)));
}

/** Begins what takes long, for a call that rings: its answer shall not wait for a server. */
export function gatherEarly(turn: Turn, call: Call): Call {
  if (!wantsIce(turn, call)) return call;
  turn.ask({ type: "GatherMedia", call: call.id, ice: call.account });
  return turn.put({ ...call, gathers: true });
}

/** Candidates are gathered where the peer can use them, or our address must not be seen. */
function wantsIce(turn: Turn, { account, phase }: Call): boolean {
  const wish = turn.accounts.get(account)?.account.ice;
  const offer = "offer" in phase ? phase.offer : null;
  return wish === "relay" || (wish === "all" && (offer === null || offer.ice !== undefined));
}

/** Starts the stream or changes the running one, and remembers it. */
export function runStream(
  turn: Turn,
  call: Call,
  negotiated: NegotiatedStream,
  answered: boolean,
): Call {
  const opus = opusWishOf(turn, call.account);
  const stream = opus === undefined ? negotiated : { ...negotiated, opus };
  const ports = portsOf(call);
  if (ports === undefined) {
    turn.notice("a stream was settled before media was open", call.id);
    return call;
  }
  turn.ask({ type: "StartMedia", call: call.id, stream, answered, confirmed: isConfirmed(call) });
  const { keys, fingerprint } = ports;
  const own = { ...(keys && { keys }), ...(fingerprint && { fingerprint }) };
  const { port, rtcpPort, ice } = settledPorts(ports, stream.ice);
  const where = { port, rtcpPort, ...(ice && { ice }) };
  const media: MediaState = { name: "running", ...where, ...own, stream };
  // Until another key exchange has ended, what the one before agreed on is in use.
  if (stream.keying?.kind === "dtls" && call.media.name === "running" && call.media.secured) {
    media.secured = call.media.secured;
  }
  const before = encryptionOf(call);
  const running = turn.put({ ...call, media });
  tellLeftOut(turn, call, stream);
  if (call.phase.name === "established") tellSecurity(turn, running, before);
  return running;
}

/** Once: the way that is not found may be among what was passed over. */
function tellLeftOut(turn: Turn, { id, media }: Call, { ice }: NegotiatedStream): void {
  const { leftOut, candidates = [] } = ice?.remote ?? {};
  const isTold = media.name === "running" && media.stream.ice?.remote.leftOut !== undefined;
  if (leftOut === undefined || isTold) return;
  const all = candidates.length + leftOut;
  turn.notice(`the other side named ${all} ICE candidates: ${leftOut} of them are not tried`, id);
}

/** A peer that changes how the sound is encrypted, or ends that, does not do it unseen. */
function tellSecurity(turn: Turn, call: Call, before: EncryptionView | undefined): void {
  const now = encryptionOf(call);
  if (now?.keying === before?.keying && now?.suite === before?.suite) return;
  turn.tell("call.security", call);
  const keying = call.media.name === "running" ? call.media.stream.keying : undefined;
  if (keying === undefined) turn.notice("the sound is not encrypted any more", call.id);
}

/**
 * Whether the peer's address is known to be its own. A 2xx is followed by an ACK; early media by
 * nothing, so there the word of the account's server stands in for it.
 */
function isConfirmed(call: Call): boolean {
  return call.unacknowledged !== true || (call.phase.name === "ringing" && call.trusted);
}

/** Sends the microphone or silence: muted by the user, and always while we hold. */
export function applyMute(turn: Turn, call: Call): void {
  if (call.media.name === "none") return;
  turn.ask({ type: "MuteMedia", call: call.id, muted: call.muted || call.hold.local });
}

/** True when the peer's description puts us on hold, or takes the stream away. */
export function holdsUs(description: MediaDescription): boolean {
  if (description.port === 0) return true;
  const direction = directionOf(description);
  return direction === "sendonly" || direction === "inactive";
}

/** What is recorded from the start, as the endpoints of a call say. */
export function recordingOf({ record }: AudioEndpoints): RecordingState {
  return record === undefined ? { name: "off" } : { name: "on", path: record };
}
