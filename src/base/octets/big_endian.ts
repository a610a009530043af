/** Numbers in network byte order. @param offset within `data` with the whole number; unchecked */
/** Big-endian reads and writes, at any offset. */
export function uint16(data: Uint8Array, offset: number): number {
  return (data[offset]! << 8) | data[offset + 1]!;
}

export function uint32(data: Uint8Array, offset: number): number {
  return (uint16(data, offset) * 0x10000) + uint16(data, offset + 2);
}
