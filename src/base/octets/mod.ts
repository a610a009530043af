/** Octets behind each other. Apart from the rest of base, which every start reads. Pure. */
export { uint16, uint32 } from "./big_endian.ts";
export { concat } from "./concat.ts";
