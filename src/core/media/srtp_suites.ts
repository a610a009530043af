/** What the SRTP suites need (RFC 4568 §6.2, RFC 6188, RFC 7714 §12). */
import type { SrtpSuite } from "./media_description.ts";

export interface SuiteParameters {
  /** Octets of the master key and of its salt. */
  keyLength: 16 | 32;
  saltLength: 12 | 14;
  /** Octets of the authentication tag of RTP and of RTCP. */
  rtpTag: number;
  rtcpTag: number;
  /** Counter mode with HMAC-SHA1, or GCM. */
  cipher: "cm" | "gcm";
}

export const SUITE_PARAMETERS: Readonly<Record<SrtpSuite, SuiteParameters>> = {
  AEAD_AES_256_GCM: { keyLength: 32, saltLength: 12, rtpTag: 16, rtcpTag: 16, cipher: "gcm" },
  AEAD_AES_128_GCM: { keyLength: 16, saltLength: 12, rtpTag: 16, rtcpTag: 16, cipher: "gcm" },
  AES_256_CM_HMAC_SHA1_80: { keyLength: 32, saltLength: 14, rtpTag: 10, rtcpTag: 10, cipher: "cm" },
  AES_CM_128_HMAC_SHA1_80: { keyLength: 16, saltLength: 14, rtpTag: 10, rtcpTag: 10, cipher: "cm" },
  AES_256_CM_HMAC_SHA1_32: { keyLength: 32, saltLength: 14, rtpTag: 4, rtcpTag: 10, cipher: "cm" },
  AES_CM_128_HMAC_SHA1_32: { keyLength: 16, saltLength: 14, rtpTag: 4, rtcpTag: 10, cipher: "cm" },
};

export function isSrtpSuite(name: string): name is SrtpSuite {
  return Object.hasOwn(SUITE_PARAMETERS, name);
}
