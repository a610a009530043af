/**
 * The way from the command line to a phone. The station, with every adapter, is loaded when a phone
 * is opened, not before.
 */
import { lazily } from "../../base/mod.ts";
import type { Phone } from "../../control/contract/mod.ts";
import type { OpenPhone as StationPhone, PhoneOptions } from "../../station/phone/mod.ts";

export type { PhoneOptions };

/** What commands use of an open phone. */
export type OpenedPhone = Phone & Pick<StationPhone, "listening">;

/** Opens a phone; tests pass one of their own. @throws OffhookError when it cannot start */
export type OpenPhone = (options: PhoneOptions) => Promise<OpenedPhone>;

export const openStationPhone: OpenPhone = async (options) => {
  const { openPhone } = await lazily<typeof import("../../station/phone/open_phone.ts")>(
    import.meta.url,
    "../../station/phone/open_phone.ts",
  );
  return await openPhone(options);
};
