/** What poll(2) is asked of one file: whether there is something to read. Linux. */

const POLLIN = 1;

/** A `struct pollfd`, for as many polls of the file as are wanted: the kernel writes its answer anew. */
export function pollInput(file: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, file, true);
  view.setInt16(4, POLLIN, true);
  return bytes;
}
