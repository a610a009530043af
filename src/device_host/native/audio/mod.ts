/** Sound cards, by PortAudio. */
export type { AudioBackend } from "./backend.ts";
export { chooseBackend } from "./choose_backend.ts";
export { AudioStreams, type ClientStream } from "./streams.ts";
