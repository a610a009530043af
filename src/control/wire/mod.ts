/** What both ends of a control connection know without the contract's tables. */
export {
  type AudioListener,
  type AudioParams,
  type CallAudio,
  JoinedAudio,
  MAXIMUM_AUDIO_RATE,
  MINIMUM_AUDIO_RATE,
} from "./call_audio.ts";
export { LevelFeed, type LevelListener, type LevelSource } from "./levels.ts";
export { MAX_MESSAGE_BYTES, PROTOCOL_VERSION, RPC_CODES } from "./protocol.ts";
export { PROVIDED_METHODS, type ProvidedMethod } from "./provided_methods.ts";
export { STORE_METHODS, type StoreMethod } from "./store_methods.ts";
