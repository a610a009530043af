/** The fields of commands that have a phone: account, audio, TLS, log. */
export {
  ACCOUNT,
  accountFields,
  type AccountValues,
  type AttachValues,
  audioFields,
  type AudioValues,
  CALLING,
  type CallingFields,
  type CallValues,
  DURATION,
  logFields,
  type LogValues,
  type OutputValues,
  PHONE,
  type PhoneFields,
  tlsFields,
  type TlsValues,
} from "./common_fields.ts";
export { dtmfDigits, readListenAddress } from "./phone_readers.ts";
