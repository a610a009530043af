/**
 * The way from the command line to a phone. The station, with every adapter, is loaded when a phone
 * is opened, not before.
 */
import { lazily } from "../../base/mod.ts";
import type { ListeningPhone, PhoneOptions } from "../../station/phone/mod.ts";

export type { ListeningPhone, PhoneOptions };

/** Opens a phone; tests pass one of their own. @throws OffhookError when it cannot start */
export type PhoneOpener = (options: PhoneOptions) => Promise<ListeningPhone>;

export const openStationPhone: PhoneOpener = async (options) => {
  const { openPhone } = await lazily<typeof import("../../station/phone/open_phone.ts")>(
    import.meta.url,
    "../../station/phone/open_phone.ts",
  );
  return await openPhone(options);
};
