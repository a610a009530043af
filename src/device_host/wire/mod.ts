/** What a device host and its client say to each other. */
export {
  type ContactMessage,
  type ContactRequest,
  type ContactRequests,
  type ContactSource,
  isContactRequest,
} from "./contacts.ts";
export {
  type AudioDevice,
  channelsOf,
  deviceGone,
  findDevice,
  passedOver,
  prefers,
  type StreamDirection,
  withStableIds,
} from "./device.ts";
export { type Frame, FrameDecoder, FrameType, samplesOf } from "./frame.ts";
export {
  type HidDevice,
  type HidList,
  type HidMessage,
  type HidRequest,
  type HidRequests,
  isHidRequest,
  type OpenHid,
} from "./hid.ts";
export { LeanRing } from "./lean_ring.ts";
export {
  ALIVE_INTERVAL_MS,
  type BackendName,
  type DeviceList,
  type HostMessage,
  type OpenStream,
  parseHostMessage,
  parseRequest,
  PREFERRED_RATE,
  PROTOCOL_VERSION,
  type Request,
  type Requests,
  type RequestType,
  type StreamOpened,
} from "./protocol.ts";
export { FrameWriter } from "./writer.ts";
