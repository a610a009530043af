/** Headsets, kiosk contacts and busylights under a real kernel, and a headset in a real call. */
import { rigTests } from "./rig.ts";

/** Input devices; a GPIO chip that a HID device brings; a USB headset on a virtual bus. */
const MODULES = [
  ...["uinput", "evdev", "hid-cp2112", "usbhid", "snd-usb-audio"],
  ...["libcomposite", "usb_f_hid", "usb_f_midi", "dummy_hcd"],
];

await rigTests([
  { name: "headsets in the rig", file: "headsets_guest.ts", steps: 14 },
  { name: "the command line with a headset, in the rig", file: "command_guest.ts", steps: 4 },
  { name: "contacts, busylights and a USB headset, in the rig", file: "desk_guest.ts", steps: 7 },
  {
    name: "a sound card that comes while another one is open, in the rig",
    file: "sound_guest.ts",
    needs: ["portaudio"],
    steps: 0,
    slow: true,
  },
  {
    name: "a headset in a call, in the rig",
    file: "call_guest.ts",
    needs: ["kamailio", "kamailio-tls", "kamailio-websocket", "baresip", "openssl", "sox", "aplay"],
    steps: 8,
    slow: true,
  },
], MODULES);
