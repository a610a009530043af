/** What every folder may use: errors, addresses, text. Pure. */
export type { Names } from "./names.ts";
export {
  formatHostPort,
  type HostPort,
  isIpv4,
  isIpv6,
  parseHostPort,
  parseWebSocketUrl,
  type WebSocketUrl,
} from "./address.ts";
export type { Clock, TimerHandle } from "./clock.ts";
export { DigitRate } from "./digit_rate.ts";
export {
  type ErrorCode,
  type ErrorJson,
  EXIT_CODES,
  type ExitCode,
  OffhookError,
  sentences,
  withoutStop,
} from "./errors.ts";
export { fileReason } from "./file_reason.ts";
export { lazily } from "./lazily.ts";
export { GPIO_BIASES, type GpioBias } from "./gpio_bias.ts";
export { nearest } from "./nearest.ts";
export {
  addressBytes,
  addressOf,
  isInNetwork,
  isNetwork,
  isUnicast,
  isUnspecified,
} from "./network_address.ts";
export { mayAct, type Role, ROLES } from "./role.ts";
export { type Language, LANGUAGES, type ThemeName, THEMES } from "./screen_names.ts";
export { callErrorCode } from "./sip_status.ts";
export { clean, cleanLines, jsonText, oneLine } from "./text.ts";
export { SteadyTime } from "./steady_time.ts";
export { TypeAhead } from "./type_ahead.ts";
