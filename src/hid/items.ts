/**
 * Bytes of a HID report descriptor → items (HID 1.11 §6.2.2.1–§6.2.2.3).
 *
 *     prefix = tag(4) type(2) size(2) │ data, 0, 1, 2 or 4 bytes, little endian     (short item)
 *     0xFE   │ size │ tag │ data                                                    (long item)
 *
 * Never throws: a descriptor that ends inside an item yields the items before it and a problem.
 * Pure.
 */
import type { Names } from "../base/names/mod.ts";

/** Something wrong or unusual in a descriptor, with the byte where it stands. */
export interface DescriptorProblem {
  /** Bytes from the start of the descriptor. */
  offset: number;
  message: string;
}

/** Of short items, by the two bits that name them (HID 1.11 §6.2.2.2). */
const TYPES = ["main", "global", "local", "reserved"] as const satisfies Names<4>;
export type ItemType = (typeof TYPES)[number] | "long";

export interface Item {
  offset: number;
  type: ItemType;
  /** 0–15 for short items, 0–255 for long ones. */
  tag: number;
  /** Data bytes: 0, 1, 2, 4; of a long item 0–255. */
  size: number;
  /** The data read without a sign; 0 for no data and for long items. */
  unsigned: number;
  /** The data read as two's complement of its own size. */
  signed: number;
}

const LONG_ITEM = 0xfe;
const SIZES = [0, 1, 2, 4] as const;

/** Splits a descriptor into items. Bytes that make no whole item end the list with a problem. */
export function readItems(bytes: Uint8Array): { items: Item[]; problems: DescriptorProblem[] } {
  const items: Item[] = [];
  const problems: DescriptorProblem[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  while (offset < bytes.length) {
    const prefix = bytes[offset]!;
    const long = prefix === LONG_ITEM;
    const header = long ? 3 : 1;
    const size = long ? bytes[offset + 1] ?? 0 : SIZES[prefix & 3]!;
    const end = offset + header + size;
    if (end > bytes.length) {
      const left = bytes.length - offset;
      problems.push({ offset, message: `the item needs ${header + size} bytes, ${left} are left` });
      break;
    }
    if (long) {
      items.push({ offset, type: "long", tag: bytes[offset + 2]!, size, unsigned: 0, signed: 0 });
    } else {
      const type = TYPES[(prefix >> 2) & 3]!;
      items.push({ offset, type, tag: prefix >> 4, size, ...readData(view, offset + 1, size) });
    }
    offset = end;
  }
  return { items, problems };
}

function readData(
  view: DataView,
  offset: number,
  size: number,
): { unsigned: number; signed: number } {
  if (size === 1) return { unsigned: view.getUint8(offset), signed: view.getInt8(offset) };
  if (size === 2) {
    return { unsigned: view.getUint16(offset, true), signed: view.getInt16(offset, true) };
  }
  if (size === 4) {
    return { unsigned: view.getUint32(offset, true), signed: view.getInt32(offset, true) };
  }
  return { unsigned: 0, signed: 0 };
}
