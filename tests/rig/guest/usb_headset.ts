/**
 * A USB headset on a virtual bus (dummy_hcd): a HID interface and a sound interface of one device, under
 * the kernel's own USB drivers.
 *
 *     configfs gadget ═ dummy_hcd ═ usbhid ─► hidraw,  snd-usb-audio ─► ALSA card
 *
 * The virtual bus has no isochronous transfers: the sound interface is MIDI, which makes a card of the
 * same USB device, without a stream.
 */
import type { HidLayout } from "../../fixtures/hid_layouts.ts";
import { LIBC, openDevice, readDevice, writeDevice } from "./libc.ts";

const CONFIGFS = "/sys/kernel/config";
const GADGET = `${CONFIGFS}/usb_gadget/headset`;
const REPORT_BYTES = 16;

function busybox(...args: string[]): void {
  new Deno.Command("/run/rig/bin/busybox", { args, stdout: "null", stderr: "null" }).outputSync();
}

export class UsbHeadset {
  #file: number | undefined;

  constructor(layout: HidLayout) {
    busybox("mount", "-t", "configfs", "none", CONFIGFS);
    const functions = ["hid.0", "midi.0"];
    for (
      const folder of [
        "strings/0x409",
        "configs/c.1",
        ...functions.map((f) => `functions/${f}`),
      ]
    ) {
      Deno.mkdirSync(`${GADGET}/${folder}`, { recursive: true });
    }
    write("idVendor", `${layout.vendorId}`);
    write("idProduct", `${layout.productId}`);
    write("strings/0x409/manufacturer", "offhook");
    write("strings/0x409/product", layout.name);
    write("functions/hid.0/report_length", `${REPORT_BYTES}`);
    Deno.writeFileSync(`${GADGET}/functions/hid.0/report_desc`, layout.descriptor);
    for (const each of functions) {
      Deno.symlinkSync(`${GADGET}/functions/${each}`, `${GADGET}/configs/c.1/${each}`);
    }
    this.plug();
  }

  plug(): void {
    write("UDC", "dummy_udc.0\n");
    this.#file = openDevice("/dev/hidg0");
  }

  unplug(): void {
    if (this.#file !== undefined) LIBC.close(this.#file);
    this.#file = undefined;
    write("UDC", "\n");
  }

  send(report: readonly number[]): void {
    writeDevice(this.#file!, Uint8Array.from(report));
  }

  /** The next output report that the host wrote; undefined when there is none. */
  receive(): number[] | undefined {
    const report = readDevice(this.#file!, REPORT_BYTES);
    return report === undefined ? undefined : [...report];
  }
}

function write(name: string, text: string): void {
  Deno.writeTextFileSync(`${GADGET}/${name}`, text);
}
