/** What a call may agree about encryption: its policy, its keys, and whether its signalling may carry them. */
import { DEFAULT_ENCRYPTION, type Encryption, type TransportName } from "../../account/mod.ts";
import type { EncryptionTerms, MediaDescription, SdesKeys } from "../../media/mod.ts";
import type { Call, OpenMedia, Turn } from "../../state/mod.ts";

/** What an account's calls are encrypted like, unless they say otherwise. */
export function encryptionOfAccount(turn: Turn, account: string): Encryption {
  return turn.accounts.get(account)?.account.encryption ?? DEFAULT_ENCRYPTION;
}

export function termsFor(
  turn: Turn,
  call: Pick<Call, "account" | "encryption" | "transport">,
  { keys }: Pick<OpenMedia, "keys">,
): EncryptionTerms {
  const { encryption: policy, transport } = call;
  const told = keys !== undefined && carriesKeys(turn, call.account, transport);
  return told ? { policy, keys } : { policy };
}

/** Whether signalling may carry keys: it is encrypted, or that was allowed. */
export function carriesKeys(
  turn: Turn,
  account: string,
  transport: TransportName | undefined,
): boolean {
  return transport === "tls" || transport === "wss" ||
    turn.accounts.get(account)?.account.cleartextKeys === true;
}

/** Our first offer as it went out: signalling that may not carry keys got one without. */
export function sentOffer(
  turn: Turn,
  call: Call,
  offer: MediaDescription,
  transport: TransportName | undefined,
): MediaDescription {
  if (transport === undefined || carriesKeys(turn, call.account, transport)) return offer;
  const { crypto: _, ...open } = offer;
  return { ...open, profile: "RTP/AVP" };
}

/** Stands in for keys where only an offer is judged; each differs from any that a peer has. */
export const NO_KEYS: SdesKeys = {
  AEAD_AES_256_GCM: "",
  AEAD_AES_128_GCM: "",
  AES_256_CM_HMAC_SHA1_80: "",
  AES_CM_128_HMAC_SHA1_80: "",
  AES_256_CM_HMAC_SHA1_32: "",
  AES_CM_128_HMAC_SHA1_32: "",
};
