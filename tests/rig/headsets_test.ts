/** Headsets under a real kernel, the real hidraw and the real node-hid: guest/headsets_guest.ts. */
import { rigTest } from "./rig.ts";

await rigTest("headsets in the rig", "headsets_guest.ts", {
  steps: 14,
  modules: ["uinput", "evdev"],
});
