/** A whole phone in this process, wired. */
export { openPhone } from "./open_phone.ts";
export type {
  ListenAddress,
  ListeningPhone,
  OpenPhone,
  PhoneOptions,
  PhoneVitals,
} from "./phone_options.ts";
