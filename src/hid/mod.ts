/** Report descriptors and the headset model. Pure. */
export type { Behaviour } from "./behaviour.ts";
export {
  BLINK_MS,
  type BusylightMake,
  busylightOf,
  type Colour,
  DARK,
  lookOf,
} from "./busylight.ts";
export { type Capabilities, capabilitiesOf, isTelephony } from "./capabilities.ts";
export { controlsOf, encode } from "./controls.ts";
export { parseDescriptor, type ReportDescriptor } from "./descriptor.ts";
export { Headset, type HeadsetOutput } from "./headset.ts";
export { learn, type LearnRecording } from "./learn.ts";
export { permissionHint } from "./permission.ts";
export { behaviourOf, KNOWN_QUIRKS, type Quirk, quirkFromJson, quirkToJson } from "./quirks.ts";
export { Trial } from "./trial.ts";
export { idText, usageOf } from "./usages.ts";
