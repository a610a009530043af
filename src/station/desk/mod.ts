/** The things on a desk: headsets, busylights, buttons. */
export type { ButtonSetting } from "./buttons.ts";
export { DeskDevices, type DeskSettings } from "./desk_devices.ts";
export type { Bench, LearnRecording } from "./headset_bench.ts";
