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
  CANDIDATE_TYPES,
  ENDPOINT_NAMES,
  type EndpointName,
  ICE_STATES,
  type IceEnd,
  type IceReport,
  type LiveEndpoint,
  type MediaEffect,
  type MediaInput,
  type MediaReport,
  type Microphone,
  type RegatherWhen,
  RELAY_PROTOCOLS,
  type Speaker,
} from "./media_port.ts";
export type { NetworkInput } from "./network_port.ts";
export {
  type CallId,
  type Ender,
  ENDERS,
  MESSAGE_DIRECTIONS,
  type RequestOrigin,
  type SipEffect,
  type SipInput,
} from "./sip_port.ts";
