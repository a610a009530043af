/** A negotiated format that runs: packets of it out and in. */
export { MediaStream, type StreamSurroundings } from "./media_stream.ts";
