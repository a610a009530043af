/** What STUN and ICE draw by lot. @param random must be unpredictable */
import type { Random32 } from "../../rtp/mod.ts";

/** A transaction id: 96 bits as 24 hexadecimal digits. */
export function randomId(random: Random32): string {
  return [random(), random(), random()].map((word) => word.toString(16).padStart(8, "0")).join("");
}
