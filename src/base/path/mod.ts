/** Paths of files. Pure. */
export { dirname, isAbsolute, join, resolve } from "./path.ts";
