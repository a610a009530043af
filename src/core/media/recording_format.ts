/** In which formats calls are recorded. Pure. */
import type { Names } from "../../base/names/mod.ts";

/** Of recordings that nobody named a file for; elsewhere the end of the file's name decides. */
export const RECORDING_FORMATS = ["wav", "opus"] as const satisfies Names<2>;
export type RecordingFormat = (typeof RECORDING_FORMATS)[number];
