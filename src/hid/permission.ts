/**
 * What to do when Linux does not let a person open a headset: the udev rule, as a line to type. Pure.
 */
import { idText } from "./usages.ts";

/** One udev rule that gives the person at the seat the headsets of a vendor. */
export function udevRule(vendorId: number): string {
  return `KERNEL=="hidraw*", ATTRS{idVendor}=="${idText(vendorId)}", MODE="0660", TAG+="uaccess"`;
}

/** A command line that installs the rule and applies it. */
export function permissionHint(vendorId: number): string {
  return `Type: echo '${udevRule(vendorId)}' | sudo tee -a /etc/udev/rules.d/70-offhook.rules && ` +
    "sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=hidraw";
}
