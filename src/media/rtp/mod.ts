/** RTP and RTCP (RFC 3550). */
export { uint16, uint32 } from "../../base/octets/mod.ts";
export {
  looksLikeRtcp,
  MAX_DATAGRAM,
  parseRtp,
  RTP_HEADER_LENGTH,
  RtpPacket,
  writeUint32,
} from "./packet.ts";
export {
  canonicalName,
  type ExtendedContent,
  type RemoteReport,
  RtcpSession,
} from "./rtcp_session.ts";
export { type BurstGapView, GMIN } from "./burst_gap.ts";
export type { VoipMetrics } from "./extended_report.ts";
export { PacketFates } from "./packet_fates.ts";
export { type Random32, RtpSender } from "./sender.ts";
export { sequenceDistance, timestampDistance, TimestampUnwrapper } from "./sequence.ts";
export { SourceStatistics } from "./source_statistics.ts";
