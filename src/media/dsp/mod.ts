/** Arithmetic on frames of samples. */
export { LevelMeter } from "./level_meter.ts";
export { Mix, SILENCE } from "./mix.ts";
export { addSaturating, crossfade, faded, turnBack } from "./mixing.ts";
export { SpeakerVolume } from "./speaker_volume.ts";
export { WaitingTone } from "./waiting_tone.ts";
