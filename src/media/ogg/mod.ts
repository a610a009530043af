/** Ogg Opus files (RFC 3533, RFC 7845). Loaded when a recording is one. */
export { OggOpusRecorder } from "./ogg_opus_recorder.ts";
