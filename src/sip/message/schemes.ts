/** The schemes of addresses that a call can go to. Pure. */
import type { Names } from "../../base/names/mod.ts";

const CALLABLE = ["sip", "sips", "tel"] as const satisfies Names<3>;
export type CallableScheme = (typeof CALLABLE)[number];

/** @param scheme in lower case */
export function isCallable(scheme: string): scheme is CallableScheme {
  return (CALLABLE as readonly string[]).includes(scheme);
}
