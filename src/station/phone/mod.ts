/** A whole phone in this process, wired. */
export { openPhone } from "./open_phone.ts";
export type { ListenAddress, OpenPhone, PhoneOptions } from "./phone_options.ts";
export type { LivingPhone, ServedPhone } from "./served_phone.ts";
