/**
 * The certificate that we show: self-signed, as DTLS-SRTP has it (RFC 5763 §5). Who we are is said by
 * its fingerprint in the signalling, not by what stands in it.
 */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import {
  bitString,
  integer,
  oid,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from "../../../../base/der/mod.ts";

export interface Identity {
  /** DER. */
  certificate: Uint8Array;
  privateKey: KeyObject;
}

const OID_ECDSA_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const OID_COMMON_NAME = [0x55, 0x04, 0x03];
const VERSION_3 = 2;
const DAY_MS = 86_400_000;
const VALID_DAYS = 30;

/**
 * A new P-256 key and its certificate (RFC 5280), valid from a day ago, as clocks differ, for a month.
 * @param now ms since the epoch
 * @param random that many octets
 */
export function makeIdentity(now: number, random: (length: number) => Uint8Array): Identity {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const serial = Uint8Array.from(random(16));
  // Positive, and without leading zeros.
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const algorithm = sequence(oid(OID_ECDSA_SHA256));
  const name = sequence(set(sequence(oid(OID_COMMON_NAME), utf8String("offhook"))));
  const body = sequence(
    tagged(0xa0, integer([VERSION_3])),
    integer(serial),
    algorithm,
    name,
    sequence(instant(now - DAY_MS), instant(now + VALID_DAYS * DAY_MS)),
    name,
    new Uint8Array(publicKey.export({ type: "spki", format: "der" })),
  );
  const signature = bitString(sign("sha256", body, privateKey));
  return { certificate: sequence(body, algorithm, signature), privateKey };
}

function instant(ms: number): Uint8Array {
  return time(new Date(ms).toISOString());
}
