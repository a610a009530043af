import type { Behaviour, ReportDescriptor } from "../../hid/mod.ts";

/** What one model of headset says and how it behaves. */
export interface HeadsetModel {
  descriptor: ReportDescriptor;
  behaviour: Behaviour;
}
