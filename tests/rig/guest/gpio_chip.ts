/**
 * A GPIO chip in a kernel that has none: a USB bridge with eight lines (Silicon Labs CP2112, AN495),
 * played over uhid. The kernel's own driver asks it for its levels and makes edges of them.
 */
import { UhidDevice } from "./uhid.ts";

/** Feature reports of the bridge. */
const Report = { configuration: 2, levels: 3, version: 5, smbus: 6 } as const;
/** The driver asks by number and looks at no descriptor: vendor-defined bytes. */
const DESCRIPTOR = Uint8Array.of(
  ...[0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x85, Report.configuration, 0x09, 0x02, 0x15, 0x00],
  ...[0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x04, 0xb1, 0x02, 0xc0],
);

export class VirtualGpioChip {
  readonly #levels: number[] = [Report.levels, 0];
  readonly #device: UhidDevice;

  constructor() {
    const features = [
      [Report.configuration, 0, 0, 0, 0],
      this.#levels,
      [Report.version, 0x0c, 2],
      [Report.smbus, ...Array.from({ length: 13 }, () => 0)],
    ];
    this.#device = new UhidDevice({
      name: "rig GPIO bridge",
      vendorId: 0x10c4,
      productId: 0xea90,
      descriptor: DESCRIPTOR,
      features: new Map(features.map((report) => [report[0]!, report])),
    });
  }

  /** `/dev/gpiochipN` once the driver has made it. */
  path(): string | undefined {
    const chip = [...Deno.readDirSync("/dev")].find(({ name }) => name.startsWith("gpiochip"));
    return chip === undefined ? undefined : `/dev/${chip.name}`;
  }

  /** Puts a level on a line. */
  set(line: number, high: boolean): void {
    const bit = 1 << line;
    this.#levels[1] = high ? this.#levels[1]! | bit : this.#levels[1]! & ~bit;
  }

  unplug(): void {
    this.#device.destroy();
  }
}
