/** The control API, written once: tables of methods and events, from which all else is derived. */
export {
  AUDIO_LEAST,
  AUDIO_PATH,
  type AudioMessage,
  audioMessage,
  audioQuery,
} from "./audio_socket.ts";
export { event, EVENTS } from "./events.ts";
export type { HeadsetInfo, HeadsetList, HeadsetUse } from "./headsets.ts";
export type { Health } from "./health.ts";
export type { NetworkLink, NetworkLinkKind } from "./network_link.ts";
export { METHODS } from "./methods.ts";
export type {
  CallView,
  MethodName,
  Methods,
  Phone,
  Sequenced,
  Snapshot,
  SubscribeOptions,
  Subscription,
} from "./phone.ts";
export type {
  Initialized,
  RequestId,
  RpcError,
  RpcEvent,
  RpcLevels,
  RpcRequest,
  RpcResponse,
  Subscribed,
} from "./protocol.ts";
export { contact, contactHit, headsetInfo, pastCall, soundDevices } from "./record_values.ts";
export type {
  Contact,
  ContactAddress,
  ContactCard,
  ContactDraft,
  ContactFilter,
  ContactHit,
  ContactsProvider,
  ImportedContacts,
  LadderMessage,
  PastCall,
  PastCallPage,
  PastCallQuery,
  Providers,
  Records,
  SoundDevice,
  SoundDevices,
} from "./records.ts";
export { levels, SESSION_METHODS, type SessionMethod } from "./session.ts";
export { filterTimes, iceReport, soundQuality, speech } from "./media_values.ts";
export {
  accountView,
  badSounds,
  callView,
  encryption,
  errorJson,
  health,
  link,
  outcome,
  refusedCalls,
  silences,
} from "./values.ts";
