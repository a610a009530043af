/** The allowed values of settings, without the file's schema, which takes time to load. */
export {
  isHostName,
  isLine,
  isServer,
  isSipProxy,
  isUserName,
  isWebSocketUrl,
  REGISTRATION_INTERVAL,
  USER_NAME,
} from "./account_values.ts";
export {
  FIRST_ACCOUNT,
  LOG_LEVELS,
  MAXIMUM_PIPE_RATE,
  MINIMUM_PIPE_RATE,
  NEEDED_KEYS,
} from "./constants.ts";
export {
  deviceName,
  isMicrophone,
  isSpeaker,
  MICROPHONE_KINDS,
  MICROPHONE_SYNTAX,
  parseMicrophone,
  parseSpeaker,
  SPEAKER_KINDS,
  SPEAKER_SYNTAX,
} from "./endpoints.ts";
export { parseStunUrl, parseTurnUrl } from "./ice_urls.ts";
export { launchArguments } from "./launch.ts";
export { permissionFlags } from "./permissions.ts";
export { configError, dotted, type Origins } from "./place.ts";
export { canonicalServer, webSocketOf } from "./server.ts";
