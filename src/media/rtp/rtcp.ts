/**
 * RTCP packets (RFC 3550 §6): sender and receiver reports, source descriptions, goodbyes, and extended
 * reports (`extended_report.ts`). Pure.
 * A few a second at most: not on the real-time path.
 */
import { uint16, uint32 } from "../../base/octets/mod.ts";
import {
  EXTENDED_TYPE,
  type ExtendedReport,
  parseExtended,
  writeExtended,
} from "./extended_report.ts";
import { writeUint32 } from "./packet.ts";

/** What a report says about one source (§6.4.1). */
export interface ReportBlock {
  /** Of the source that is reported on. */
  ssrc: number;
  /** 1/256. */
  fractionLost: number;
  /** 24 bits, signed. */
  cumulativeLost: number;
  /** Extended highest sequence number. */
  highestSequence: number;
  /** RTP ticks. */
  jitterTicks: number;
  /** Middle 32 bits of the NTP time of the last SR from that source; 0: none came. */
  lastSenderReport: number;
  /** Since it came, 1/65536 s. */
  delaySinceLastSenderReport: number;
}

/** What a sender says about itself (§6.4.1). */
export interface SenderInfo {
  /** Seconds since 1900, and fractions of 2⁻³² s. */
  ntpSeconds: number;
  ntpFraction: number;
  rtpTimestamp: number;
  packets: number;
  octets: number;
}

export type RtcpPacket =
  | { type: "SR"; ssrc: number; sender: SenderInfo; reports: ReportBlock[] }
  | { type: "RR"; ssrc: number; reports: ReportBlock[] }
  | { type: "SDES"; chunks: { ssrc: number; cname?: string }[] }
  | { type: "BYE"; ssrcs: number[]; reason?: string }
  | { type: "XR" } & ExtendedReport
  /** APP, feedback (RFC 4585): valid, and of no use here. */
  | { type: "other"; packetType: number };

const TYPE = { SR: 200, RR: 201, SDES: 202, BYE: 203 } as const;
const FIRST_TYPE = 192;
const LAST_TYPE = 223;
const BLOCK_LENGTH = 24;
const SENDER_INFO_LENGTH = 20;
const CNAME_ITEM = 1;
/** Report blocks that one packet holds. */
const MAX_BLOCKS = 31;
const MAX_TEXT = 255;

/** Seconds between the epochs of NTP (1900) and Unix (1970). */
const NTP_OFFSET_S = 2_208_988_800;

/** NTP time of a Unix time in ms (§4). */
export function ntpTime(unixMs: number): { seconds: number; fraction: number } {
  const seconds = Math.floor(unixMs / 1000);
  const fraction = Math.floor(((unixMs - seconds * 1000) / 1000) * 0x1_0000_0000);
  return { seconds: (seconds + NTP_OFFSET_S) % 0x1_0000_0000, fraction };
}

/** The middle 32 bits of an NTP time: 1/65536 s (§4). */
export function compactNtp(seconds: number, fraction: number): number {
  return (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0;
}

/**
 * Parses a datagram from an RTCP port.
 *
 * Deviation from §6.1: a compound that does not begin with a report is taken (RFC 5506).
 *
 * @returns the packets in order; undefined when this is not RTCP: version, lengths or padding wrong
 */
export function parseRtcp(data: Uint8Array): RtcpPacket[] | undefined {
  const packets: RtcpPacket[] = [];
  for (let at = 0; at < data.length;) {
    if (at + 4 > data.length || data[at]! >> 6 !== 2) return undefined;
    const packetType = data[at + 1]!;
    const length = (uint16(data, at + 2) + 1) * 4;
    if (packetType < FIRST_TYPE || packetType > LAST_TYPE || at + length > data.length) {
      return undefined;
    }
    let end = at + length;
    if (data[at]! & 0x20) {
      const padding = data[end - 1]!;
      // Only the last packet of a compound is padded (§6.4.1).
      if (end !== data.length || padding === 0 || padding > length - 4) return undefined;
      end -= padding;
    }
    const packet = parseOne(packetType, data[at]! & 31, data.subarray(at + 4, end));
    if (packet === undefined) return undefined;
    packets.push(packet);
    at += length;
  }
  return packets.length > 0 ? packets : undefined;
}

function parseOne(packetType: number, count: number, body: Uint8Array): RtcpPacket | undefined {
  switch (packetType) {
    case TYPE.SR: {
      if (body.length < 4 + SENDER_INFO_LENGTH + count * BLOCK_LENGTH) return undefined;
      const reports = parseBlocks(body.subarray(4 + SENDER_INFO_LENGTH), count);
      return { type: "SR", ssrc: uint32(body, 0), sender: parseSender(body), reports };
    }
    case TYPE.RR:
      if (body.length < 4 + count * BLOCK_LENGTH) return undefined;
      return { type: "RR", ssrc: uint32(body, 0), reports: parseBlocks(body.subarray(4), count) };
    case TYPE.SDES:
      return parseDescriptions(body, count);
    case TYPE.BYE:
      return parseBye(body, count);
    case EXTENDED_TYPE: {
      // What is wrong in it does not spoil the reports beside it.
      const report = parseExtended(body);
      return report === undefined ? { type: "other", packetType } : { type: "XR", ...report };
    }
    default:
      return { type: "other", packetType };
  }
}

function parseSender(body: Uint8Array): SenderInfo {
  return {
    ntpSeconds: uint32(body, 4),
    ntpFraction: uint32(body, 8),
    rtpTimestamp: uint32(body, 12),
    packets: uint32(body, 16),
    octets: uint32(body, 20),
  };
}

function parseBlocks(body: Uint8Array, count: number): ReportBlock[] {
  return Array.from({ length: count }, (_, i) => {
    const at = i * BLOCK_LENGTH;
    return {
      ssrc: uint32(body, at),
      fractionLost: body[at + 4]!,
      cumulativeLost: (uint32(body, at + 4) << 8) >> 8,
      highestSequence: uint32(body, at + 8),
      jitterTicks: uint32(body, at + 12),
      lastSenderReport: uint32(body, at + 16),
      delaySinceLastSenderReport: uint32(body, at + 20),
    };
  });
}

function parseDescriptions(body: Uint8Array, count: number): RtcpPacket | undefined {
  const chunks: { ssrc: number; cname?: string }[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 4 > body.length) return undefined;
    const chunk: { ssrc: number; cname?: string } = { ssrc: uint32(body, at) };
    at += 4;
    for (;;) {
      if (at >= body.length) return undefined;
      const item = body[at]!;
      if (item === 0) break;
      const length = body[at + 1] ?? MAX_TEXT + 1;
      if (at + 2 + length > body.length) return undefined;
      if (item === CNAME_ITEM) chunk.cname = text(body.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    // A chunk ends with null octets up to the next 32-bit boundary.
    at = (at & ~3) + 4;
    chunks.push(chunk);
  }
  return { type: "SDES", chunks };
}

function parseBye(body: Uint8Array, count: number): RtcpPacket | undefined {
  if (body.length < count * 4) return undefined;
  const ssrcs = Array.from({ length: count }, (_, i) => uint32(body, i * 4));
  const at = count * 4;
  const length = body[at];
  if (length === undefined) return { type: "BYE", ssrcs };
  if (at + 1 + length > body.length) return undefined;
  return { type: "BYE", ssrcs, reason: text(body.subarray(at + 1, at + 1 + length)) };
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** What a compound of ours holds. */
export interface Compound {
  ssrc: number;
  cname: string;
  /** Present: a sender report, else a receiver report. */
  sender?: SenderInfo;
  reports: ReportBlock[];
  /** Present: an extended report follows. */
  extended?: Omit<ExtendedReport, "ssrc">;
  /** Present: a goodbye ends it. */
  bye?: { reason: string };
}

/** Builds a compound: SR or RR, SDES with CNAME, XR and BYE when asked for (§6.1). */
export function buildRtcp(compound: Compound): Uint8Array<ArrayBuffer> {
  const { ssrc, sender, reports, extended, bye } = compound;
  const cname = new TextEncoder().encode(compound.cname).subarray(0, MAX_TEXT);
  const blocks = reports.slice(0, MAX_BLOCKS);
  const reportLength = 8 + (sender ? SENDER_INFO_LENGTH : 0) + blocks.length * BLOCK_LENGTH;
  const sdesLength = 8 + padded(2 + cname.length + 1);
  const reason = new TextEncoder().encode(bye?.reason ?? "").subarray(0, MAX_TEXT);
  const byeLength = bye ? 8 + padded(1 + reason.length) : 0;
  const extra = extended && writeExtended({ ssrc, ...extended });
  const extraLength = extra === undefined ? 0 : 4 + extra.length;
  const data = new Uint8Array(reportLength + sdesLength + extraLength + byeLength);
  writeHeader(data, 0, blocks.length, sender ? TYPE.SR : TYPE.RR, reportLength, ssrc);
  if (sender) writeSender(data, 8, sender);
  blocks.forEach((block, i) =>
    writeBlock(data, 8 + (sender ? SENDER_INFO_LENGTH : 0) + i * BLOCK_LENGTH, block)
  );
  writeHeader(data, reportLength, 1, TYPE.SDES, sdesLength, ssrc);
  data[reportLength + 8] = CNAME_ITEM;
  data[reportLength + 9] = cname.length;
  data.set(cname, reportLength + 10);
  if (extra) {
    const at = reportLength + sdesLength;
    writeHeader(data, at, 0, EXTENDED_TYPE, extraLength, ssrc);
    data.set(extra, at + 4);
  }
  if (bye) {
    const at = reportLength + sdesLength + extraLength;
    writeHeader(data, at, 1, TYPE.BYE, byeLength, ssrc);
    data[at + 8] = reason.length;
    data.set(reason, at + 9);
  }
  return data;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

function writeHeader(
  data: Uint8Array,
  at: number,
  count: number,
  packetType: number,
  length: number,
  ssrc: number,
): void {
  data[at] = 0x80 | count;
  data[at + 1] = packetType;
  const words = length / 4 - 1;
  data[at + 2] = words >> 8;
  data[at + 3] = words;
  writeUint32(data, at + 4, ssrc);
}

function writeSender(data: Uint8Array, at: number, sender: SenderInfo): void {
  writeUint32(data, at, sender.ntpSeconds);
  writeUint32(data, at + 4, sender.ntpFraction);
  writeUint32(data, at + 8, sender.rtpTimestamp);
  writeUint32(data, at + 12, sender.packets);
  writeUint32(data, at + 16, sender.octets);
}

function writeBlock(data: Uint8Array, at: number, block: ReportBlock): void {
  writeUint32(data, at, block.ssrc);
  writeUint32(data, at + 4, (block.cumulativeLost & 0xff_ffff) | (block.fractionLost << 24));
  writeUint32(data, at + 8, block.highestSequence);
  writeUint32(data, at + 12, block.jitterTicks);
  writeUint32(data, at + 16, block.lastSenderReport);
  writeUint32(data, at + 20, block.delaySinceLastSenderReport);
}
