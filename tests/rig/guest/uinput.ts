/** A virtual input device with one key, on /dev/uinput (linux/uinput.h, linux/input.h). */
import { LIBC, openDevice, writeDevice } from "./libc.ts";

const UI_SET_EVBIT = 0x40045564n, UI_SET_KEYBIT = 0x40045565n;
const UI_DEV_SETUP = 0x405c5503n, UI_DEV_CREATE = 0x5501n, UI_DEV_DESTROY = 0x5502n;
const UI_GET_SYSNAME = 0x8040552cn;
const EV_SYN = 0, EV_KEY = 1;

export class VirtualKey {
  /** `/dev/input/eventN` */
  readonly path: string;
  readonly #file: number;
  readonly #code: number;

  constructor(code: number) {
    this.#code = code;
    this.#file = openDevice("/dev/uinput");
    const setup = new Uint8Array(92);
    setup.set(new TextEncoder().encode("rig handset"), 8);
    const done = [
      LIBC.set(this.#file, UI_SET_EVBIT, EV_KEY),
      LIBC.set(this.#file, UI_SET_KEYBIT, code),
      LIBC.ioctl(this.#file, UI_DEV_SETUP, setup),
      LIBC.set(this.#file, UI_DEV_CREATE, 0),
    ];
    if (done.some((result) => result < 0)) throw new Error(`uinput refused: ${done}`);
    const name = new Uint8Array(64);
    LIBC.ioctl(this.#file, UI_GET_SYSNAME, name);
    const input = new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
    const event = [...Deno.readDirSync(`/sys/class/input/${input}`)]
      .find((entry) => entry.name.startsWith("event"));
    this.path = `/dev/input/${event?.name}`;
  }

  set(down: boolean): void {
    const bytes = new Uint8Array(48);
    const view = new DataView(bytes.buffer);
    view.setUint16(16, EV_KEY, true);
    view.setUint16(18, this.#code, true);
    view.setInt32(20, down ? 1 : 0, true);
    view.setUint16(24 + 16, EV_SYN, true);
    writeDevice(this.#file, bytes);
  }

  unplug(): void {
    LIBC.set(this.#file, UI_DEV_DESTROY, 0);
    LIBC.close(this.#file);
  }
}
