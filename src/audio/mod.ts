/** Audio endpoints: where a call's sound comes from and where it goes. */
export { EchoSource } from "./echo.ts";
export {
  type AudioDevices,
  type AudioSink,
  type AudioSource,
  type EndpointEvents,
  FRAME_MS,
  FRAME_SAMPLES,
  GRAPH_RATE,
} from "./endpoint.ts";
export { createSink, createSource } from "./endpoints.ts";
export { WavRecorder } from "./file.ts";
export { FileWriter, MAX_WAITING } from "./file_writer.ts";
export { aLawTables, type Law, muLawTables } from "./g711_tables.ts";
export { loadResampler, Resampler } from "./resampler.ts";
export { SampleRing } from "./sample_ring.ts";
export { SinkPacer } from "./sink_pacer.ts";
export { amplitudeOf } from "./tone.ts";
export { parseWavHeader } from "./wav_chunks.ts";
