/**
 * Extended reports of RTCP (RFC 3611): the receiver reference time, how long since it came (DLRR), and
 * the metrics of a VoIP stream. Other blocks are skipped. Pure; off the real-time path.
 */
import { uint16, uint32 } from "../../base/octets/mod.ts";
import { writeUint32 } from "./packet.ts";

/** Of the packet (§2), and of the blocks that we know (§4.4, §4.5, §4.7). */
export const EXTENDED_TYPE = 207;
const BLOCK = { referenceTime: 4, delay: 5, voip: 7 } as const;
const BLOCK_HEADER = 4;
const REFERENCE_LENGTH = 8;
const DELAY_LENGTH = 12;
const VOIP_LENGTH = 32;
/** Delays that one packet may tell: there are two parties. */
const MAX_DELAYS = 8;
/** Of a level, an echo, R or MOS: not measured. */
const UNAVAILABLE = 127;
/** RX config (§4.7.6). */
const PLC = { unspecified: 0, disabled: 1, enhanced: 2, standard: 3 } as const;
const ADAPTIVE = 3;

/** How long ago the reference time of a receiver came (§4.5). */
export interface ReferenceDelay {
  /** Whose reference time. */
  ssrc: number;
  /** Middle 32 bits of its NTP time; 0: none came. */
  lastReference: number;
  /** 1/65536 s. */
  delay: number;
}

/** How what is lost is made up. */
export type Concealment = keyof typeof PLC;

/** A receiver on one source, since its first packet (§4.7). Shares are 0–1, times ms. */
export interface VoipMetrics {
  /** Of the source. */
  ssrc: number;
  lossShare: number;
  discardShare: number;
  burstDensity: number;
  gapDensity: number;
  burstMs: number;
  gapMs: number;
  gmin: number;
  /** 0: not known. */
  roundTripMs: number;
  endSystemMs: number;
  /** dBm0; absent: not measured. */
  signalLevel?: number;
  /** 0–100, with the delay. */
  r?: number;
  /** 1–5: listening, and conversational. */
  mosListening?: number;
  mosConversational?: number;
  concealment: Concealment;
  /** Of the jitter buffer now, and at most. */
  bufferMs: number;
  bufferMaxMs: number;
}

export interface ExtendedReport {
  ssrc: number;
  /** NTP time at the receiver when it sent this. */
  reference?: { seconds: number; fraction: number };
  delays: ReferenceDelay[];
  voip?: VoipMetrics;
}

/** @param body after the common header @returns undefined: a block ends behind the packet */
export function parseExtended(body: Uint8Array): ExtendedReport | undefined {
  if (body.length < 4) return undefined;
  const report: ExtendedReport = { ssrc: uint32(body, 0), delays: [] };
  for (let at = 4; at < body.length;) {
    if (at + BLOCK_HEADER > body.length) return undefined;
    const length = uint16(body, at + 2) * 4;
    const start = at + BLOCK_HEADER;
    if (start + length > body.length) return undefined;
    takeBlock(report, body[at]!, body.subarray(start, start + length));
    at = start + length;
  }
  return report;
}

/** A block of a length that is not its type's is skipped, as is one of a type that we do not know. */
function takeBlock(report: ExtendedReport, type: number, block: Uint8Array): void {
  if (type === BLOCK.referenceTime && block.length === REFERENCE_LENGTH) {
    report.reference = { seconds: uint32(block, 0), fraction: uint32(block, 4) };
  } else if (type === BLOCK.delay) {
    for (let at = 0; at + DELAY_LENGTH <= block.length; at += DELAY_LENGTH) {
      if (report.delays.length === MAX_DELAYS) return;
      report.delays.push({
        ssrc: uint32(block, at),
        lastReference: uint32(block, at + 4),
        delay: uint32(block, at + 8),
      });
    }
  } else if (type === BLOCK.voip && block.length === VOIP_LENGTH) {
    report.voip ??= parseVoip(block);
  }
}

function parseVoip(block: Uint8Array): VoipMetrics {
  const config = block[24]! >> 6;
  const metrics: VoipMetrics = {
    ssrc: uint32(block, 0),
    lossShare: block[4]! / 256,
    discardShare: block[5]! / 256,
    burstDensity: block[6]! / 256,
    gapDensity: block[7]! / 256,
    burstMs: uint16(block, 8),
    gapMs: uint16(block, 10),
    roundTripMs: uint16(block, 12),
    endSystemMs: uint16(block, 14),
    gmin: block[19]!,
    concealment: (Object.keys(PLC) as Concealment[]).find((name) => PLC[name] === config)!,
    bufferMs: uint16(block, 26),
    bufferMaxMs: uint16(block, 28),
  };
  const level = (block[16]! << 24) >> 24;
  if (level !== UNAVAILABLE) metrics.signalLevel = level;
  if (block[20]! <= 100) metrics.r = block[20]!;
  if (isMos(block[22]!)) metrics.mosListening = block[22]! / 10;
  if (isMos(block[23]!)) metrics.mosConversational = block[23]! / 10;
  return metrics;
}

function isMos(tenths: number): boolean {
  return tenths >= 10 && tenths <= 50;
}

/** The packet without its header; see {@link parseExtended}. */
export function writeExtended({ ssrc, reference, delays, voip }: ExtendedReport): Uint8Array {
  const referenceLength = reference === undefined ? 0 : BLOCK_HEADER + REFERENCE_LENGTH;
  const delayLength = delays.length === 0 ? 0 : BLOCK_HEADER + delays.length * DELAY_LENGTH;
  const voipLength = voip === undefined ? 0 : BLOCK_HEADER + VOIP_LENGTH;
  const body = new Uint8Array(4 + referenceLength + delayLength + voipLength);
  writeUint32(body, 0, ssrc);
  if (reference !== undefined) {
    writeBlockHeader(body, 4, BLOCK.referenceTime, REFERENCE_LENGTH);
    writeUint32(body, 8, reference.seconds);
    writeUint32(body, 12, reference.fraction);
  }
  let at = 4 + referenceLength;
  if (delays.length > 0) writeBlockHeader(body, at, BLOCK.delay, delays.length * DELAY_LENGTH);
  delays.forEach((delay, index) => {
    const from = at + BLOCK_HEADER + index * DELAY_LENGTH;
    writeUint32(body, from, delay.ssrc);
    writeUint32(body, from + 4, delay.lastReference);
    writeUint32(body, from + 8, delay.delay);
  });
  at += delayLength;
  if (voip !== undefined) {
    writeBlockHeader(body, at, BLOCK.voip, VOIP_LENGTH);
    writeVoip(body.subarray(at + BLOCK_HEADER), voip);
  }
  return body;
}

function writeBlockHeader(data: Uint8Array, at: number, type: number, length: number): void {
  data[at] = type;
  writeUint16(data, at + 2, length / 4);
}

function writeVoip(block: Uint8Array, metrics: VoipMetrics): void {
  writeUint32(block, 0, metrics.ssrc);
  block[4] = share(metrics.lossShare);
  block[5] = share(metrics.discardShare);
  block[6] = share(metrics.burstDensity);
  block[7] = share(metrics.gapDensity);
  writeUint16(block, 8, metrics.burstMs);
  writeUint16(block, 10, metrics.gapMs);
  writeUint16(block, 12, metrics.roundTripMs);
  writeUint16(block, 14, metrics.endSystemMs);
  block[16] = metrics.signalLevel === undefined ? UNAVAILABLE : metrics.signalLevel & 0xff;
  // The noise and the echo at our end are not measured.
  block[17] = UNAVAILABLE;
  block[18] = UNAVAILABLE;
  block[19] = metrics.gmin;
  block[20] = metrics.r === undefined ? UNAVAILABLE : Math.min(100, Math.round(metrics.r));
  block[21] = UNAVAILABLE;
  block[22] = tenths(metrics.mosListening);
  block[23] = tenths(metrics.mosConversational);
  block[24] = (PLC[metrics.concealment] << 6) | (ADAPTIVE << 4);
  writeUint16(block, 26, metrics.bufferMs);
  writeUint16(block, 28, metrics.bufferMaxMs);
  writeUint16(block, 30, metrics.bufferMaxMs);
}

/** A share in 1/256, rounded down (§4.7.1). */
function share(value: number): number {
  return Math.min(255, Math.max(0, Math.floor(value * 256)));
}

function tenths(mos: number | undefined): number {
  return mos === undefined ? UNAVAILABLE : Math.min(50, Math.max(10, Math.round(mos * 10)));
}

/** Big-endian; a value beyond the field becomes its greatest. */
function writeUint16(data: Uint8Array, at: number, value: number): void {
  const whole = Math.min(0xffff, Math.max(0, Math.round(value)));
  data[at] = whole >> 8;
  data[at + 1] = whole;
}
