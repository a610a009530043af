/** One element of DER (X.690), read: as much as looking into a certificate needs. */
export class DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Bytes of tag, length and content. */
  readonly size: number;

  private constructor(tag: number, content: Uint8Array, size: number) {
    this.tag = tag;
    this.content = content;
    this.size = size;
  }

  /** The element at the start. Throws RangeError where the bytes end too early. */
  static read(der: Uint8Array): DerElement {
    const short = der[1] < 0x80;
    const lengthBytes = short ? [der[1]] : der.subarray(2, 2 + (der[1] & 0x7f));
    const start = short ? 2 : 2 + (der[1] & 0x7f);
    const length = [...lengthBytes].reduce((sum, byte) => sum * 256 + byte, 0);
    // Also when there is no length at all: NaN.
    if (!(start + length <= der.length)) throw new RangeError("DER ends inside an element");
    return new DerElement(der[0], der.subarray(start, start + length), start + length);
  }

  /** Those of a SEQUENCE, a SET or an explicit tag. */
  children(): DerElement[] {
    const found: DerElement[] = [];
    for (let at = 0; at < this.content.length; at += found[found.length - 1].size) {
      found.push(DerElement.read(this.content.subarray(at)));
    }
    return found;
  }

  /** An OBJECT IDENTIFIER as dotted numbers (X.690 §8.19). */
  oid(): string {
    const arcs: number[] = [];
    let arc = 0;
    for (const byte of this.content) {
      arc = arc * 128 + (byte & 0x7f);
      if (byte < 0x80) {
        arcs.push(arc);
        arc = 0;
      }
    }
    const [first = 0, ...rest] = arcs;
    const root = Math.min(2, Math.floor(first / 40));
    return [root, first - root * 40, ...rest].join(".");
  }
}
