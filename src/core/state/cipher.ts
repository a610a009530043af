/** How the words of every face name the encryption of a call's sound. */
import type { EncryptionView } from "./call_view.ts";

/** `AES_CM_128_HMAC_SHA1_80 (SDES)`; the suite is absent while DTLS has not agreed on one. */
export function cipherWords({ keying, suite }: EncryptionView): string {
  return suite === undefined ? keying.toUpperCase() : `${suite} (${keying.toUpperCase()})`;
}
