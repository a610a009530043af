/**
 * Offer and answer for one audio stream (RFC 3264), as pure functions over {@link MediaDescription}.
 *
 *     createOffer(capabilities) ─► offer ─────────► peer ─► answer ─► acceptAnswer(offer, answer)
 *     peer ─► offer ─► answerOffer(offer, capabilities) ─► answer + stream
 *
 * Payload types of an answer are those of the offer, so that both directions of a format have one
 * number (RFC 3264 §6.1 recommends it).
 */
import { isUnicast, isUnspecified } from "../../base/network/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import {
  agreedKeying,
  answeredProtection,
  type EncryptionTerms,
  keptProtection,
} from "./encryption.ts";
import type { Encryption } from "../account/mod.ts";
import { sameFormat } from "./format_parameters.ts";
import { acceptIce, answerIce, offerIce } from "./ice.ts";
import {
  type ExtendedReports,
  type LocalPorts,
  type MediaDescription,
  type MediaDirection,
  mirrored,
  type NegotiatedStream,
  type PayloadFormat,
  type Protection,
} from "./media_description.ts";

const TELEPHONE_EVENT = "TELEPHONE-EVENT";
/** Comfort noise of sound on a clock of 8 kHz, its payload type fixed (RFC 3389 §4). */
export const COMFORT_NOISE: PayloadFormat = {
  payloadType: 13,
  encoding: "CN",
  clockRate: 8000,
  channels: 1,
};
/** Of events that every peer has, Hz. */
const EVENT_CLOCK = 8000;
/** Packet time when the peer does not ask for one (RFC 3551 §4.2). */
const DEFAULT_PTIME_MS = 20;
const MIN_PTIME_MS = 10;
/** Packet times that the media graph can make: whole multiples of its 20 ms frame. */
const MAX_PTIME_MS = 60;

/** The extended reports that we take (RFC 3611 §5). */
const EXTENDED_REPORTS: ExtendedReports = { roundTrip: true, voipMetrics: true };

/** An answer together with what it settled. */
export interface SettledAnswer {
  answer: MediaDescription;
  stream: NegotiatedStream;
}

/**
 * The formats for codec names, in that order, with telephone-event last.
 * @param known every format that media can run
 * @throws OffhookError `usage` when a name is unknown; says which are allowed
 */
export function capabilitiesFor(names: string[], known: PayloadFormat[]): PayloadFormat[] {
  const audio = names.flatMap((name) => {
    const formats = known.filter((each) => each.encoding === name.toUpperCase() && isSound(each));
    if (formats.length === 0) {
      const all = known.filter(isSound).map(({ encoding }) => encoding);
      const allowed = [...new Set(all)];
      throw new OffhookError("usage", `unknown codec "${name}"`, {
        hint: `Codecs: ${allowed.join(", ")}.`,
        data: { codec: name, allowed },
      });
    }
    return formats;
  });
  const clocks = new Set([EVENT_CLOCK, ...audio.map(({ clockRate }) => clockRate)]);
  const events = known.filter((format) => isEvent(format) && clocks.has(format.clockRate));
  const noise = known.filter((format) =>
    isNoise(format) && audio.some(({ clockRate }) => clockRate === format.clockRate)
  );
  return [...new Set(audio), ...events, ...noise];
}

/** Our offer: every capability, in the order of preference. */
export function createOffer(
  capabilities: PayloadFormat[],
  local: LocalPorts,
  direction: MediaDirection = "sendrecv",
  protection: Protection = { profile: "RTP/AVP" },
): MediaDescription {
  return {
    address: "",
    ...portsOf(local),
    ...offerIce(local.ice),
    // DTLS is done once, for one port.
    ...(protection.fingerprints === undefined ? {} : { rtcpMux: true }),
    ...protection,
    formats: capabilities,
    direction,
    ptime: fittingPtime(DEFAULT_PTIME_MS, capabilities[0]),
    extendedReports: EXTENDED_REPORTS,
  };
}

/**
 * An offer of ours in a running call, as for hold: what was agreed comes first and keeps its payload
 * types (RFC 3264 §8.3.2), so that the codec does not change; the other capabilities follow. Keys stay.
 * @param described our description that is in force
 */
export function createReoffer(
  running: NegotiatedStream,
  capabilities: PayloadFormat[],
  local: LocalPorts,
  direction: MediaDirection,
  described?: MediaDescription,
): MediaDescription {
  const { sendFormat, receiveFormats, receiveEvents, keying } = running;
  const current = receiveFormats.filter((format) => sameFormat(format, sendFormat));
  const agreed = [...new Set([...current, ...receiveFormats])];
  const kept = receiveEvents === undefined ? agreed : [...agreed, receiveEvents];
  const taken = new Set(kept.map((format) => format.payloadType));
  const others = capabilities.filter((format) => !kept.some((each) => sameFormat(each, format)))
    .map((format) => withFreeType(format, taken));
  const formats = [...kept, ...others].sort((a, b) => Number(isSound(b)) - Number(isSound(a)));
  const protection = keptProtection(keying, described);
  if (running.ice !== undefined || local.ice === undefined) {
    return createOffer(formats, local, direction, protection);
  }
  // No candidates for a peer that had no use for them.
  const { ice: { address }, ...ports } = local;
  return { ...createOffer(formats, ports, direction, protection), address };
}

/** The format with a payload type that is not in `taken`, where it is added. */
function withFreeType(format: PayloadFormat, taken: Set<number>): PayloadFormat {
  let payloadType = format.payloadType;
  if (taken.has(payloadType)) {
    payloadType = 96;
    while (taken.has(payloadType)) payloadType += 1;
  }
  taken.add(payloadType);
  return { ...format, payloadType };
}

/**
 * Our answer to the peer's offer.
 * @param wish the most that we want; the answer never exceeds what the offer allows (RFC 3264 §6.1)
 * @throws OffhookError, each a 488: `no-common-codec` when nothing can be taken; `encryption-failed` when
 *   the terms cannot be kept; `media-failed` when its address is not one host's
 */
export function answerOffer(
  offer: MediaDescription,
  capabilities: PayloadFormat[],
  local: LocalPorts,
  terms: EncryptionTerms,
  wish: MediaDirection = "sendrecv",
): SettledAnswer {
  const { protection, keying } = answeredProtection(offer, terms);
  refuseGroups(offer);
  const common = oneOfEach(offer.formats, capabilities);
  const audio = common.filter(isSound);
  refuseUnless(audio.length > 0 && offer.port !== 0, offer, capabilities);
  const events = eventsFor(audio[0], common);
  const direction = intersect(mirrored(directionOf(offer)), wish);
  const received = audio.map((format) => asWeTakeIt(format, capabilities));
  const noise = common.filter(isNoise);
  const formats = [...received, ...(events === undefined ? [] : [events]), ...noise];
  const ice = answerIce(offer, local);
  const answer: MediaDescription = {
    address: "",
    ...portsOf(local),
    ...ice.answer,
    ...protection,
    formats,
    direction,
    ptime: fittingPtime(ptimeOf(offer), audio[0]),
  };
  if (offer.rtcpMux) answer.rtcpMux = true;
  if (offer.extendedReports !== undefined) answer.extendedReports = EXTENDED_REPORTS;
  const stream = streamOf(offer, audio, events, direction, offer.rtcpMux === true);
  stream.receiveFormats = received;
  if (keying !== undefined) stream.keying = keying;
  if (events !== undefined) stream.receiveEvents = events;
  if (noise[0] !== undefined) stream.comfortNoise = noise[0].payloadType;
  if (ice.negotiated !== undefined) stream.ice = ice.negotiated;
  return { answer, stream };
}

/**
 * What the peer's answer to our offer settled.
 * @throws OffhookError `no-common-codec` when the answer refuses the stream or names nothing offered;
 *   `encryption-failed` as {@link agreedKeying}; `media-failed` when its address is not one host's
 */
export function acceptAnswer(
  offer: MediaDescription,
  answer: MediaDescription,
  encryption: Encryption,
): NegotiatedStream {
  refuseGroups(answer);
  const common = answer.formats.filter((format) =>
    offer.formats.some((own) => sameFormat(own, format))
  );
  const audio = common.filter(isSound);
  refuseUnless(audio.length > 0 && answer.port !== 0, answer, offer.formats);
  const direction = intersect(offer.direction, mirrored(directionOf(answer)));
  const mux = offer.rtcpMux === true && answer.rtcpMux === true;
  const keying = agreedKeying(offer, answer, encryption);
  const stream = streamOf(answer, audio, eventsFor(audio[0], common), direction, mux);
  if (keying !== undefined) stream.keying = keying;
  // The peer may send any format that it answered, with the payload type that we offered for it.
  stream.receiveFormats = offer.formats.filter((own) =>
    audio.some((format) => sameFormat(own, format))
  );
  const { sendEvents } = stream;
  if (sendEvents !== undefined) {
    stream.receiveEvents = offer.formats.find((own) => sameFormat(own, sendEvents));
  }
  const noise = common.find(isNoise);
  if (noise !== undefined) stream.comfortNoise = noise.payloadType;
  const ice = acceptIce(offer, answer);
  if (ice !== undefined) stream.ice = ice;
  return stream;
}

/**
 * Our answer to an offer that removes the stream of a running call: it is removed here too, with port 0
 * (RFC 3264 §8.2), and the call goes on without sound until another offer brings it back.
 * @param running what was settled before
 */
export function answerRemoval(offer: MediaDescription, running: NegotiatedStream): SettledAnswer {
  const formats = offer.formats.length > 0 ? offer.formats : [running.sendFormat];
  return {
    answer: { address: "", port: 0, profile: offer.profile, formats, direction: "inactive" },
    stream: { ...running, direction: "inactive" },
  };
}

/** What a description asks for, hold by a null address included (RFC 2543; RFC 3264 §8.4). */
export function directionOf(description: MediaDescription): MediaDirection {
  // With ICE it is the address of a peer that has gathered nothing yet.
  if (!isUnspecified(description.address) || description.ice) return description.direction;
  return description.direction === "recvonly" ? "inactive" : intersect(
    description.direction,
    "sendonly",
  );
}

/** The largest direction that both allow. */
export function intersect(a: MediaDirection, b: MediaDirection): MediaDirection {
  const sends = maySend(a) && maySend(b);
  const receives = mayReceive(a) && mayReceive(b);
  if (sends) return receives ? "sendrecv" : "sendonly";
  return receives ? "recvonly" : "inactive";
}

export function maySend(direction: MediaDirection): boolean {
  return direction === "sendrecv" || direction === "sendonly";
}

export function mayReceive(direction: MediaDirection): boolean {
  return direction === "sendrecv" || direction === "recvonly";
}

function streamOf(
  remote: MediaDescription,
  audio: PayloadFormat[],
  events: PayloadFormat | undefined,
  direction: MediaDirection,
  rtcpMux: boolean,
): NegotiatedStream {
  const stream: NegotiatedStream = {
    remoteAddress: remote.address,
    remotePort: remote.port,
    remoteRtcpPort: rtcpMux ? remote.port : remote.rtcpPort ?? remote.port + 1,
    rtcpMux,
    sendFormat: audio[0],
    receiveFormats: audio,
    direction,
    ptime: ptimeOf(remote),
  };
  if (events !== undefined) stream.sendEvents = events;
  if (remote.extendedReports !== undefined) stream.extendedReports = remote.extendedReports;
  return stream;
}

function portsOf(local: LocalPorts): { port: number; rtcpPort?: number } {
  return local.rtcpPort === local.port + 1
    ? { port: local.port }
    : { port: local.port, rtcpPort: local.rtcpPort };
}

/** A call is with one host: whoever names a group or a whole network would have us flood it. */
function refuseGroups({ address }: MediaDescription): void {
  if (isUnicast(address) || isUnspecified(address)) return;
  throw new OffhookError("media-failed", `the other side wants its sound sent to ${address}`, {
    hint: "That is not the address of one host: multicast and broadcast are never sent to.",
    data: { address },
  });
}

function refuseUnless(
  accepted: boolean,
  remote: MediaDescription,
  capabilities: PayloadFormat[],
): void {
  if (accepted) return;
  const theirs = remote.formats.map((format) => format.encoding);
  const ours = capabilities.map((format) => format.encoding);
  throw new OffhookError("no-common-codec", `no codec in common with the peer (${theirs})`, {
    hint: `Ours: ${ours.join(", ")}.`,
    data: { theirs, ours, port: remote.port },
  });
}

/**
 * What of an offer we can take, each codec once: each of a hundred payload types for one codec would cost
 * a decoder.
 */
function oneOfEach(offered: PayloadFormat[], capabilities: PayloadFormat[]): PayloadFormat[] {
  const taken = new Set<PayloadFormat>();
  return offered.filter((format) => {
    const own = capabilities.find((each) => sameFormat(each, format));
    if (own === undefined || taken.has(own)) return false;
    taken.add(own);
    return true;
  });
}

/** The parameters of a format say what its receiver wants: in our answer and later offers, we. */
function asWeTakeIt(format: PayloadFormat, capabilities: PayloadFormat[]): PayloadFormat {
  const { parameters: _, ...theirs } = format;
  const { parameters } = capabilities.find((own) => sameFormat(own, format))!;
  return parameters === undefined ? theirs : { ...theirs, parameters };
}

function isEvent(format: PayloadFormat): boolean {
  return format.encoding.toUpperCase() === TELEPHONE_EVENT;
}

function isNoise(format: PayloadFormat): boolean {
  return format.encoding.toUpperCase() === COMFORT_NOISE.encoding;
}

/** Neither of those two, which stand beside sound. */
function isSound(format: PayloadFormat): boolean {
  return !isEvent(format) && !isNoise(format);
}

/**
 * The telephone-event format that runs on the clock of the audio (RFC 4733 §2.1). Deviation: else any,
 * because many peers with Opus have events at 8000 only, and tones in a lossy codec are worse.
 */
function eventsFor(audio: PayloadFormat, formats: PayloadFormat[]): PayloadFormat | undefined {
  const events = formats.filter(isEvent);
  return events.find(({ clockRate }) => clockRate === audio.clockRate) ?? events[0];
}

/**
 * The packet time that we send: what the peer asks for, as 10 ms or whole 20 ms frames, rounded down: it
 * may be the most that the peer takes (a=maxptime, RFC 8866 §6.5).
 */
function ptimeOf(remote: MediaDescription): number {
  const asked = remote.ptime ?? DEFAULT_PTIME_MS;
  if (asked < DEFAULT_PTIME_MS) return MIN_PTIME_MS;
  const whole = Math.floor(asked / DEFAULT_PTIME_MS) * DEFAULT_PTIME_MS;
  return Math.min(whole, MAX_PTIME_MS);
}

/** The packet time that we ask for: of L16 at 48 kHz, 20 ms do not fit into a datagram. */
function fittingPtime(ms: number, format: PayloadFormat | undefined): number {
  return format?.encoding === "L16" && format.clockRate > 32_000 ? MIN_PTIME_MS : ms;
}
