/**
 * A virtual HID device on /dev/uhid (Linux, Documentation/hid/uhid.rst; structures of linux/uhid.h).
 */
import { LIBC, openDevice, readDevice, writeDevice } from "./libc.ts";

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
  /** Feature reports that it answers, the id first; another is refused. */
  features?: Map<number, number[]>;
}

export class UhidDevice {
  /** Output reports that the kernel brought, the id (or 0) first. */
  readonly outputs: number[][] = [];
  /** How many have it open, hidraw readers and the kernel's own input layer together. */
  openers = 0;
  onOutput: (report: number[]) => void = () => {};
  /** Feature reports that the kernel brought, the id first. */
  readonly featuresSet: number[][] = [];
  readonly #features: Map<number, number[]> | undefined;
  readonly #file: number;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(spec: UhidSpec) {
    this.#features = spec.features;
    this.#file = openDevice("/dev/uhid");
    writeDevice(this.#file, createEvent(spec));
    this.#timer = setInterval(() => this.#poll(), POLL_MS);
  }

  /** Sends an input report, the id first where the device numbers its reports. */
  send(report: readonly number[]): void {
    const event = new Uint8Array(EVENT_BYTES);
    const view = new DataView(event.buffer);
    view.setUint32(0, Event.input2, true);
    view.setUint16(4, report.length, true);
    event.set(report, 6);
    writeDevice(this.#file, event);
  }

  /** Unplugs it. */
  destroy(): void {
    clearInterval(this.#timer);
    const event = new Uint8Array(4);
    new DataView(event.buffer).setUint32(0, Event.destroy, true);
    writeDevice(this.#file, event);
    LIBC.close(this.#file);
  }

  #poll(): void {
    for (;;) {
      const event = readDevice(this.#file, EVENT_BYTES);
      if (event === undefined) return;
      const view = new DataView(event.buffer);
      const type = view.getUint32(0, true);
      if (type === Event.open) this.openers++;
      else if (type === Event.close) this.openers--;
      else if (type === Event.output) {
        const size = view.getUint16(4 + DATA_MAX, true);
        const report = [...event.subarray(4, 4 + size)];
        this.outputs.push(report);
        this.onOutput(report);
      } else if (type === Event.getReport) this.#get(view);
      else if (type === Event.setReport) this.#set(event, view);
    }
  }

  #get(request: DataView): void {
    const report = this.#features?.get(request.getUint8(8));
    const event = this.#reply(Event.getReportReply, request, report === undefined);
    if (report !== undefined) {
      new DataView(event.buffer).setUint16(10, report.length, true);
      event.set(report, 12);
    }
    writeDevice(this.#file, event);
  }

  #set(event: Uint8Array, request: DataView): void {
    const known = this.#features?.has(request.getUint8(8)) ?? false;
    if (known) this.featuresSet.push([...event.subarray(12, 12 + request.getUint16(10, true))]);
    writeDevice(this.#file, this.#reply(Event.setReportReply, request, !known));
  }

  /** The kernel must not wait for an answer, even where the device has none. */
  #reply(type: number, request: DataView, refused: boolean): Uint8Array<ArrayBuffer> {
    const event = new Uint8Array(EVENT_BYTES);
    const view = new DataView(event.buffer);
    view.setUint32(0, type, true);
    view.setUint32(4, request.getUint32(4, true), true);
    view.setUint16(8, refused ? EIO : 0, true);
    return event;
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
