/** What crosses between the core and the adapters, as plain JSON. */
export {
  HEADSET_NOTICES,
  type HeadsetEffect,
  type HeadsetId,
  type HeadsetInput,
  type HeadsetIntent,
  type HeadsetNotice,
  type HeadsetState,
  IDLE_HEADSET,
  INPUT_MODES,
  type InputMode,
} from "./headset_port.ts";
export {
  type AttachmentId,
  type AudioEndpoints,
  type CallLevels,
  ENDPOINT_NAMES,
  type EndpointName,
  type LiveEndpoint,
  type MediaEffect,
  type MediaInput,
  type Microphone,
  type RegatherWhen,
  type Ring,
  type Speaker,
} from "./media_port.ts";
export {
  type Bursts,
  CANDIDATE_TYPES,
  type DirectionQuality,
  type FilterTimes,
  ICE_STATES,
  type IceEnd,
  type IceReport,
  IGNORED_SOURCES,
  type IgnoredPackets,
  type MediaReport,
  NAT_KINDS,
  type NatKind,
  RELAY_PROTOCOLS,
  type SocketEnd,
  type SoundQuality,
  type SoundRating,
} from "./media_report.ts";
export type { NetworkInput } from "./network_port.ts";
export type { CallId } from "./call_id.ts";
export {
  type Ender,
  ENDERS,
  MESSAGE_DIRECTIONS,
  type QualitySession,
  type RequestOrigin,
  type SipEffect,
  type SipInput,
} from "./sip_port.ts";
