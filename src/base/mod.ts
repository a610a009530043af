/** What every folder may use: errors, text, loading on use. Pure. */
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
export { nearest } from "./nearest.ts";
export { clean, cleanLines, jsonText, oneLine } from "./text.ts";
