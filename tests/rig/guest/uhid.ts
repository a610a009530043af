/**
 * A virtual HID device on /dev/uhid (Linux, Documentation/hid/uhid.rst; structures of linux/uhid.h).
 *
 * Through libc by FFI and non-blocking: Deno runs one operation on a file at a time, so that a waiting
 * read would hold back every write.
 */

const LIBC = Deno.dlopen("libc.so.6", {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
}).symbols;

const O_RDWR = 2, O_NONBLOCK = 0o4000;
const BUS_USB = 3;

/** `enum uhid_event_type`. */
const Event = {
  destroy: 1,
  open: 4,
  close: 5,
  output: 6,
  getReport: 9,
  getReportReply: 10,
  create2: 11,
  input2: 12,
  setReport: 13,
  setReportReply: 14,
} as const;

/** sizeof(struct uhid_event), rounded up. */
const EVENT_BYTES = 4380;
const DATA_MAX = 4096;
const POLL_MS = 10;
const EIO = 5;

export interface UhidSpec {
  name: string;
  vendorId: number;
  productId: number;
  descriptor: Uint8Array;
  serial?: string;
}

export class UhidDevice {
  /** Output reports that the kernel brought, the id (or 0) first. */
  readonly outputs: number[][] = [];
  /** How many have it open, hidraw readers and the kernel's own input layer together. */
  openers = 0;
  onOutput: (report: number[]) => void = () => {};
  readonly #file: number;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(spec: UhidSpec) {
    this.#file = LIBC.open(new TextEncoder().encode("/dev/uhid\0"), O_RDWR | O_NONBLOCK);
    if (this.#file < 0) throw new Error("/dev/uhid does not open");
    this.#write(createEvent(spec));
    this.#timer = setInterval(() => this.#poll(), POLL_MS);
  }

  /** Sends an input report, the id first where the device numbers its reports. */
  send(report: readonly number[]): void {
    const event = new Uint8Array(EVENT_BYTES);
    const view = new DataView(event.buffer);
    view.setUint32(0, Event.input2, true);
    view.setUint16(4, report.length, true);
    event.set(report, 6);
    this.#write(event);
  }

  /** Unplugs it. */
  destroy(): void {
    clearInterval(this.#timer);
    const event = new Uint8Array(4);
    new DataView(event.buffer).setUint32(0, Event.destroy, true);
    this.#write(event);
    LIBC.close(this.#file);
  }

  #write(event: Uint8Array<ArrayBuffer>): void {
    const written = Number(LIBC.write(this.#file, event, BigInt(event.length)));
    if (written < 0) throw new Error("uhid refused an event");
  }

  #poll(): void {
    const event = new Uint8Array(EVENT_BYTES);
    const view = new DataView(event.buffer);
    while (Number(LIBC.read(this.#file, event, BigInt(EVENT_BYTES))) > 0) {
      const type = view.getUint32(0, true);
      if (type === Event.open) this.openers++;
      else if (type === Event.close) this.openers--;
      else if (type === Event.output) {
        const size = view.getUint16(4 + DATA_MAX, true);
        const report = [...event.subarray(4, 4 + size)];
        this.outputs.push(report);
        this.onOutput(report);
      } else if (type === Event.getReport) this.#refuse(Event.getReportReply, view);
      else if (type === Event.setReport) this.#refuse(Event.setReportReply, view);
    }
  }

  /** The device has neither: the kernel must not wait for an answer. */
  #refuse(reply: number, request: DataView): void {
    const event = new Uint8Array(EVENT_BYTES);
    const view = new DataView(event.buffer);
    view.setUint32(0, reply, true);
    view.setUint32(4, request.getUint32(4, true), true);
    view.setUint16(8, EIO, true);
    this.#write(event);
  }
}

/** struct uhid_create2_req behind the event type. */
function createEvent(spec: UhidSpec): Uint8Array<ArrayBuffer> {
  const event = new Uint8Array(EVENT_BYTES);
  const view = new DataView(event.buffer);
  const text = (at: number, size: number, value: string) =>
    event.set(new TextEncoder().encode(value).subarray(0, size - 1), at);
  view.setUint32(0, Event.create2, true);
  text(4, 128, spec.name);
  text(132, 64, "rig");
  text(196, 64, spec.serial ?? "RIG1");
  view.setUint16(260, spec.descriptor.length, true);
  view.setUint16(262, BUS_USB, true);
  view.setUint32(264, spec.vendorId, true);
  view.setUint32(268, spec.productId, true);
  event.set(spec.descriptor, 280);
  return event;
}
