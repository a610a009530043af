import type { Behaviour } from "../../hid/behaviour.ts";
import type { ReportDescriptor } from "../../hid/descriptor.ts";

/** What one model of headset says and how it behaves. */
export interface HeadsetModel {
  descriptor: ReportDescriptor;
  behaviour: Behaviour;
}
