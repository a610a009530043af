/**
 * Keys by DTLS-SRTP (RFC 5763) as descriptions agree on them: certificates by their fingerprints, and
 * who begins. Pure.
 *
 *     offer actpass ─► answer active:  the answerer sends the ClientHello
 *     offer active ─► answer passive       offer passive ─► answer active
 *
 * A running association keeps its roles in later offers and answers (RFC 8842 §5).
 */
import type {
  Fingerprint,
  Keying,
  MediaDescription,
  NonEmpty,
  Setup,
  SrtpSuite,
} from "./media_description.ts";

export type DtlsKeying = Extract<Keying, { kind: "dtls" }>;
export type DtlsRole = DtlsKeying["role"];

/** What a description says for DTLS. */
export interface DtlsOffer {
  fingerprints: NonEmpty<Fingerprint>;
  setup: Setup;
}

/** Suites that DTLS has numbers for, the preferred one first. */
const SUITES: SrtpSuite[] = ["AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM", "AEAD_AES_128_GCM"];

export function offeredDtls(fingerprint: Fingerprint): DtlsOffer {
  return { fingerprints: [fingerprint], setup: "actpass" };
}

/** Whether a description offers keys by DTLS. */
export function hasDtls({ fingerprints = [], setup }: MediaDescription): boolean {
  return fingerprints.length > 0 && setup !== undefined && setup !== "holdconn";
}

/**
 * How an offer is answered; undefined: it has no DTLS.
 * @param fingerprint of our certificate
 * @param current our role in the association that runs
 */
export function answeredDtls(
  offer: MediaDescription,
  fingerprint: Fingerprint,
  current: DtlsRole | undefined,
): { ours: DtlsOffer; keying: DtlsKeying } | undefined {
  const { fingerprints = [], setup } = offer;
  if (!hasDtls(offer)) return undefined;
  const role = setup === "active"
    ? "passive"
    : setup === "passive"
    ? "active"
    : current ?? "active";
  return {
    ours: { fingerprints: [fingerprint], setup: role },
    keying: { kind: "dtls", role, fingerprints, suites: SUITES },
  };
}

/** What an answer to our offer agreed on; undefined: no DTLS. An answer that names no role begins. */
export function agreedDtls(answer: MediaDescription): DtlsKeying | undefined {
  const { fingerprints = [], setup } = answer;
  if (fingerprints.length === 0 || setup === "holdconn") return undefined;
  const role = setup === "passive" ? "active" : "passive";
  return { kind: "dtls", role, fingerprints, suites: SUITES };
}
