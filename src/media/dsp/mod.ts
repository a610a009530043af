/** Arithmetic on frames of samples. */
export type { Filter } from "./filter.ts";
export { GainControl } from "./gain_control.ts";
export { HighPass } from "./high_pass.ts";
export { LevelMeter } from "./level_meter.ts";
export { Mix, SILENCE } from "./mix.ts";
export { crossfade, faded, turnBack } from "./mixing.ts";
export { SpeakerVolume } from "./speaker_volume.ts";
export { VoiceActivity } from "./voice_activity.ts";
export { VoiceSwitch } from "./voice_switch.ts";
