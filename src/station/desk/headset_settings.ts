/** How a station uses headsets. Plain values. */
import type { ContestedPolicy } from "../../config/schema/mod.ts";
import type { AudioEndpoints, LiveEndpoint } from "../../core/ports/mod.ts";
import type { Quirk } from "../../hid/mod.ts";

export interface HeadsetSettings {
  /** False: buttons and lamps are left alone until they are switched on. */
  enabled: boolean;
  /** The preferred first: a part of the name, or `VENDOR:PRODUCT` in hexadecimal. */
  preferred: string[];
  /** Held only while a call is on. */
  releaseWhenIdle: boolean;
  contested: ContestedPolicy;
  /** Models that break the rules; the later ones win. */
  quirks: readonly Quirk[];
  /** What calls use without a headset; absent: sound does not follow headsets. */
  sound?: Pick<AudioEndpoints, LiveEndpoint>;
}

export const PLAIN_HEADSETS: Omit<HeadsetSettings, "quirks"> = {
  enabled: true,
  preferred: [],
  releaseWhenIdle: false,
  contested: "say",
};

/** The place of a headset in the order of preference; after the last when nothing names it. */
export function rank(
  { name, vendorId, productId }: { name: string; vendorId: string; productId: string },
  preferred: readonly string[],
): number {
  const ids = `${vendorId}:${productId}`;
  const found = preferred.findIndex((each) =>
    each.toLowerCase() === ids || name.toLowerCase().includes(each.toLowerCase())
  );
  return found < 0 ? preferred.length : found;
}
