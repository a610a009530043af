/** Standard input and output as a call's sound. */
export { AudioPipe, type ByteStreams, type PipeEnd } from "./audio_pipe.ts";
export { processStreams, StationPipes } from "./station_pipes.ts";
