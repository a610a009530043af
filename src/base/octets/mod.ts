/** Octets behind each other. Apart from the rest of base, which every start reads. Pure. */
export { concat } from "./concat.ts";
