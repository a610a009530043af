/**
 * SDP (RFC 8866) to and from the core's {@link MediaDescription}.
 *
 *     text ─► sdp-transform ─► every field checked ─► RemoteSdp { description, lines, audioIndex }
 *     description + lines + origin ─► writeSdp ─► text
 *
 * One audio stream is taken; every other m= line is kept in its place with port 0 (RFC 3264 §6).
 * sdp-transform takes nearly anything: nothing that it returns is used unchecked. Pure.
 */
import { parse } from "sdp-transform";
import { isUnspecified } from "../../base/network/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import {
  isEncrypted,
  type MediaDescription,
  type MediaDirection,
  type PayloadFormat,
  RTP_PROFILES,
  type RtpProfile,
  STREAM_DIRECTIONS,
  type StreamDescription,
} from "../../core/media/mod.ts";
import { groupLines, iceLines, isBundled, readIce } from "./sdp_ice.ts";
import { keyLines, protectionOf, readKeys } from "./sdp_keys.ts";
import { extendedReportLines, readExtendedReports } from "./sdp_xr.ts";
import {
  attributesOf,
  type MediaLine,
  mediaLines,
  type ReadMediaLine,
  sdpLines,
} from "./sdp_lines.ts";

/** What sdp-transform returns, as far as it is used; it has no declarations of its own. */
interface TransformedMedia {
  connection?: { ip?: unknown };
  rtp: { payload: unknown; codec: unknown; rate?: unknown; encoding?: unknown }[];
  fmtp: { payload: unknown; config?: unknown }[];
  direction?: unknown;
  rtcp?: { port?: unknown };
  rtcpMux?: unknown;
  ptime?: unknown;
  maxptime?: unknown;
  mid?: unknown;
}

interface TransformedSession {
  connection?: { ip?: unknown };
  direction?: unknown;
  media: TransformedMedia[];
}

/** A description of the peer. */
export interface RemoteSdp {
  description: MediaDescription;
  lines: MediaLine[];
  /** Which of `lines` the description is. */
  audioIndex: number;
}

/** The o= line (RFC 8866 §5.2): for the whole session all but its version stays (RFC 3264 §8). */
export interface Origin {
  sessionId: number;
  version: number;
  /** Absent: that of the c= line. */
  address?: string;
}

/** The layout of a description that we write: other lines than `audioIndex` get port 0. */
export interface Layout {
  lines: MediaLine[];
  audioIndex: number;
}

const ADDRESS =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9._\-]*[A-Za-z0-9])?\.?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/;
const DOTTED = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
const MAX_BYTES = 64 * 1024;

/** Payload types that need no rtpmap (RFC 3551 §6). */
const STATIC_FORMATS = new Map<number, readonly [encoding: string, clockRate: number]>([
  [0, ["PCMU", 8000]],
  [3, ["GSM", 8000]],
  [4, ["G723", 8000]],
  [5, ["DVI4", 8000]],
  [6, ["DVI4", 16000]],
  [7, ["LPC", 8000]],
  [8, ["PCMA", 8000]],
  [9, ["G722", 8000]],
  [11, ["L16", 44100]],
  [12, ["QCELP", 8000]],
  [13, ["CN", 8000]],
  [15, ["G728", 8000]],
  [18, ["G729", 8000]],
]);

/** Names are case-insensitive, but peers compare them with these spellings. */
const SPELLINGS: Readonly<Record<string, string>> = {
  "TELEPHONE-EVENT": "telephone-event",
  OPUS: "opus",
};

/**
 * Reads an offer or answer.
 * @param preferredIndex the m= line that is our audio stream so far
 * @param secure of several, one with encryption is taken rather than one without; else the other way
 * @throws OffhookError `media-failed` when it is no SDP, `no-common-codec` when it has no audio
 *   stream over RTP
 */
export function parseSdp(text: string, preferredIndex?: number, secure = false): RemoteSdp {
  if (text.length > MAX_BYTES) throw malformed(`it is longer than ${MAX_BYTES} bytes`);
  const tidy = sdpLines(text);
  if (tidy[0] !== "v=0") throw malformed("it does not begin with v=0");
  const lines = mediaLines(tidy);
  const session = transformed(tidy.join("\r\n"));
  if (session.media.length !== lines.length) throw malformed("its m= lines are malformed");
  const audioIndex = chooseAudio(lines, preferredIndex, secure);
  const attributes = attributesOf(tidy, audioIndex);
  const ice = readIce(attributes);
  const stream = {
    ...streamOf(session, lines, audioIndex, ice.ice !== undefined),
    ...readExtendedReports(attributes),
    ...ice,
  };
  if (isBundled(attributes, stream.mid)) stream.bundled = true;
  const profile = RTP_PROFILES[profileRank(lines[audioIndex].protocol)];
  const description = { ...stream, ...protectionOf(profile, stream.port, readKeys(attributes)) };
  return { description: description as MediaDescription, lines, audioIndex };
}

/**
 * Writes a description of ours.
 * @param address stands in for an empty `description.address`: a local IP address or host name
 * @param layout m= lines to keep (RFC 3264 §8: their number never falls); absent: audio alone
 */
export function writeSdp(
  description: MediaDescription,
  address: string,
  origin: Origin,
  layout?: Layout,
): string {
  const connected = description.address || address;
  const audio = audioLines(description);
  const blocks = layout === undefined
    ? audio
    : layout.lines.flatMap((line, index) =>
      index === layout.audioIndex ? audio : [`m=${line.media} 0 ${line.protocol} ${line.formats}`]
    );
  return [
    "v=0",
    `o=- ${origin.sessionId} ${origin.version} ${networkAddress(origin.address ?? connected)}`,
    "s=-",
    `c=${networkAddress(connected)}`,
    "t=0 0",
    ...groupLines(description),
    ...blocks,
    "",
  ].join("\r\n");
}

function networkAddress(address: string): string {
  return `IN ${address.includes(":") ? "IP6" : "IP4"} ${address}`;
}

function audioLines(description: MediaDescription): string[] {
  const { formats } = description;
  const types = formats.length === 0 ? "0" : formats.map((f) => f.payloadType).join(" ");
  const lines = [`m=audio ${description.port} ${description.profile} ${types}`];
  for (const format of formats) lines.push(...formatLines(format));
  if (description.ptime !== undefined) lines.push(`a=ptime:${description.ptime}`);
  if (description.rtcpPort !== undefined) lines.push(`a=rtcp:${description.rtcpPort}`);
  if (description.rtcpMux) lines.push("a=rtcp-mux");
  lines.push(...extendedReportLines(description));
  if (description.mid !== undefined) lines.push(`a=mid:${description.mid}`);
  lines.push(...keyLines(description), ...iceLines(description));
  lines.push(`a=${description.direction}`);
  return lines;
}

function formatLines(format: PayloadFormat): string[] {
  const { payloadType, encoding, clockRate, channels, parameters } = format;
  const name = SPELLINGS[encoding] ?? encoding;
  const suffix = channels === 1 ? "" : `/${channels}`;
  const lines = [`a=rtpmap:${payloadType} ${name}/${clockRate}${suffix}`];
  if (parameters !== undefined) lines.push(`a=fmtp:${payloadType} ${parameters}`);
  return lines;
}

function transformed(text: string): TransformedSession {
  try {
    return parse(text);
  } catch (cause) {
    throw malformed("it cannot be parsed", cause);
  }
}

/** The m= line to take: audio over RTP, open rather than refused. */
function chooseAudio(
  lines: ReadMediaLine[],
  preferred: number | undefined,
  secure: boolean,
): number {
  const usable = (index: number) => {
    const { media, protocol, unreadable } = lines[index];
    return media === "audio" && profileRank(protocol) >= 0 && unreadable === undefined;
  };
  const candidates = lines.map((_, index) => index).filter(usable);
  if (candidates.length === 0) {
    const unreadable = lines.find((line) => line.unreadable !== undefined)?.unreadable;
    if (unreadable !== undefined) throw malformed(`of its line ${JSON.stringify(unreadable)}`);
    throw new OffhookError("no-common-codec", "the peer's description has no audio over RTP", {
      data: { offered: lines.map(({ media, protocol }) => `${media} ${protocol}`) },
    });
  }
  const open = candidates.filter((index) => lines[index].port !== 0);
  if (preferred !== undefined && open.includes(preferred)) return preferred;
  const rank = (index: number) => {
    const { protocol } = lines[index];
    return profileRank(protocol) + (secure && !isEncrypted(protocol) ? RTP_PROFILES.length : 0);
  };
  if (open.length > 0) return open.reduce((best, i) => rank(i) < rank(best) ? i : best);
  return preferred !== undefined && candidates.includes(preferred) ? preferred : candidates[0];
}

/** −1: not one of those that we know. */
function profileRank(protocol: string): number {
  return RTP_PROFILES.indexOf(protocol.toUpperCase() as RtpProfile);
}

function streamOf(
  session: TransformedSession,
  lines: ReadMediaLine[],
  index: number,
  hasIce: boolean,
): StreamDescription {
  const media = session.media[index];
  const { port } = lines[index];
  const address = addressOf(media.connection?.ip ?? session.connection?.ip);
  if (port !== 0 && address === "") throw malformed("its audio stream has no address");
  const description: StreamDescription = {
    address,
    port,
    formats: formatsOf(media, lines[index].formats),
    direction: directionOf(media.direction ?? session.direction, hasIce ? undefined : address),
  };
  const rtcpPort = media.rtcp?.port;
  if (isIntegerIn(rtcpPort, 1, 65_535)) description.rtcpPort = rtcpPort;
  if (media.rtcpMux !== undefined) description.rtcpMux = true;
  const ptime = ptimeOf(media.ptime, media.maxptime);
  if (ptime !== undefined) description.ptime = ptime;
  const { mid } = media;
  if (mid !== undefined && TOKEN.test(String(mid))) description.mid = String(mid);
  return description;
}

/**
 * Without the TTL of RFC 8866 §5.7, the brackets of a URI and leading zeros, which are decimal here and
 * octal to a resolver. sdp-transform reads numbers as such.
 */
function addressOf(stated: unknown): string {
  if (typeof stated !== "string" || stated.length > 255) return "";
  const bare = stated.replace(/\/.*$/, "").replace(/^\[(.*)\]$/, "$1");
  const address = DOTTED.test(bare) ? bare.split(".").map(Number).join(".") : bare;
  return ADDRESS.test(address) ? address : "";
}

/** @param address with ICE a null one holds nobody: its peer has gathered nothing yet */
function directionOf(stated: unknown, address: string | undefined): MediaDirection {
  const direction = STREAM_DIRECTIONS.find((known) => known === stated) ?? "sendrecv";
  if (address === undefined || !isUnspecified(address)) return direction;
  return direction === "sendrecv" || direction === "sendonly" ? "sendonly" : "inactive";
}

function ptimeOf(ptime: unknown, maxptime: unknown): number | undefined {
  const wanted = isIntegerIn(ptime, 1, 400) ? ptime : undefined;
  const most = isIntegerIn(maxptime, 1, 400) ? maxptime : undefined;
  if (most === undefined) return wanted;
  if (wanted !== undefined) return Math.min(wanted, most);
  return most < 20 ? most : undefined;
}

function formatsOf(media: TransformedMedia, list: string): PayloadFormat[] {
  const formats: PayloadFormat[] = [];
  const seen = new Set<number>();
  for (const item of list.split(/ +/)) {
    const payloadType = /^[0-9]{1,3}$/.test(item) ? Number(item) : 128;
    if (payloadType > 127 || seen.has(payloadType)) continue;
    seen.add(payloadType);
    const format = mappedFormat(media, payloadType) ?? staticFormat(payloadType);
    if (format === undefined) continue;
    const parameters = media.fmtp.find((fmtp) => fmtp.payload === payloadType)?.config;
    if (parameters !== undefined && String(parameters) !== "") {
      format.parameters = String(parameters).trim();
    }
    formats.push(format);
  }
  return formats;
}

function mappedFormat(
  media: TransformedMedia,
  payloadType: number,
): PayloadFormat | undefined {
  const map = media.rtp.find((rtp) => rtp.payload === payloadType);
  if (map === undefined) return undefined;
  const encoding = String(map.codec).toUpperCase();
  // Without a clock rate: that of nearly everything (RFC 3551 §4.1).
  const rate = map.rate || 8000;
  const channels = Number(map.encoding || 1);
  if (!TOKEN.test(encoding)) return undefined;
  if (!isIntegerIn(rate, 1, 10_000_000) || !isIntegerIn(channels, 1, 255)) return undefined;
  return { payloadType, encoding, ...meant(encoding, rate, channels) };
}

/**
 * Some peers write G722's sampling rate, where its RTP clock runs at 8000 for historical reasons
 * (RFC 3551 §4.5.2), and Opus without its two channels, which it always has (RFC 7587 §7).
 */
function meant(encoding: string, clockRate: number, channels: number) {
  if (encoding === "G722" && clockRate === 16000) return { clockRate: 8000, channels };
  if (encoding === "OPUS" && clockRate === 48000) return { clockRate, channels: 2 };
  return { clockRate, channels };
}

function staticFormat(payloadType: number): PayloadFormat | undefined {
  const known = STATIC_FORMATS.get(payloadType);
  if (known === undefined) return undefined;
  return { payloadType, encoding: known[0], clockRate: known[1], channels: 1 };
}

function isIntegerIn(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function malformed(why: string, cause?: unknown): OffhookError {
  return new OffhookError("media-failed", `the peer's description is unusable: ${why}`, { cause });
}
