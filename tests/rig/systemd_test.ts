/** The shipped system unit under a real systemd. */
import { rigTests } from "./rig.ts";

await rigTests([{
  name: "the system unit under systemd, in the rig",
  file: "systemd_guest.ts",
  needs: ["systemd"],
  steps: 6,
  slow: true,
}], []);
