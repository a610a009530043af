/**
 * Makes X.509 certificates (RFC 5280) in memory: an authority and what it issues, for the practice
 * PBX's TLS and WSS listeners and for tests. ECDSA over P-256. Not for anything that others are to
 * trust.
 */
import {
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";
import { isIP } from "node:net";
import {
  bitString,
  integer,
  oid,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from "../base/der/mod.ts";
import { addressBits } from "../sip/transport/flow/mod.ts";

export interface IssuedCertificate {
  /** PEM. */
  cert: string;
  /** PEM, PKCS #8. */
  key: string;
}

export interface CertificateWish {
  commonName: string;
  /** DNS names and numeric addresses that it is for; none for an authority. */
  names?: string[];
  /** Who signs it; absent: it signs itself. */
  issuer?: IssuedCertificate;
  /** True: it may sign others. */
  isAuthority?: boolean;
  /** True: it names clients only as what it is for. */
  isForClients?: boolean;
  /** Milliseconds since the epoch. */
  validFrom: number;
  validTo: number;
}

const OID_ECDSA_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const OID_COMMON_NAME = [0x55, 0x04, 0x03];
const OID_SUBJECT_ALT_NAME = [0x55, 0x1d, 0x11];
const OID_BASIC_CONSTRAINTS = [0x55, 0x1d, 0x13];
const OID_KEY_USAGE = [0x55, 0x1d, 0x0f];
const OID_EXTENDED_KEY_USAGE = [0x55, 0x1d, 0x25];
const OID_SERVER_AUTH = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const OID_CLIENT_AUTH = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];

/** Issues one certificate with a key of its own. */
export function issueCertificate(wish: CertificateWish): IssuedCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const issuerName = wish.issuer === undefined
    ? wish.commonName
    : commonNameOf(new X509Certificate(wish.issuer.cert));
  const body = toBeSigned(wish, issuerName, publicKey);
  const signature = sign("sha256", body, wish.issuer?.key ?? key);
  const der = sequence(body, sequence(oid(OID_ECDSA_SHA256)), bitString(signature));
  const base64 = der.toBase64().replace(/(.{64})/g, "$1\n").trimEnd();
  return { cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`, key };
}

function toBeSigned(wish: CertificateWish, issuerName: string, publicKey: KeyObject): Uint8Array {
  const spki = new Uint8Array(publicKey.export({ type: "spki", format: "der" }));
  const serial = randomBytes(16);
  // Positive, and without leading zeros.
  serial[0] = (serial[0] & 0x7f) | 0x40;
  return sequence(
    tagged(0xa0, integer([2])),
    integer(serial),
    sequence(oid(OID_ECDSA_SHA256)),
    name(issuerName),
    sequence(instant(wish.validFrom), instant(wish.validTo)),
    name(wish.commonName),
    spki,
    tagged(0xa3, sequence(...extensions(wish))),
  );
}

function extensions({ names = [], isAuthority, isForClients }: CertificateWish): Uint8Array[] {
  const constraints = sequence(...(isAuthority ? [tagged(0x01, [0xff])] : []));
  // digitalSignature, or keyCertSign and cRLSign (RFC 5280 §4.2.1.3): bits from the left.
  const usage = isAuthority ? tagged(0x03, [1, 0x06]) : tagged(0x03, [7, 0x80]);
  const list = [
    extension(OID_BASIC_CONSTRAINTS, true, constraints),
    extension(OID_KEY_USAGE, true, usage),
  ];
  if (!isAuthority) {
    const server = isForClients ? [] : [oid(OID_SERVER_AUTH)];
    const purposes = sequence(...server, oid(OID_CLIENT_AUTH));
    list.push(extension(OID_EXTENDED_KEY_USAGE, false, purposes));
  }
  if (names.length > 0) {
    const alternatives = sequence(...names.map(alternativeName));
    list.push(extension(OID_SUBJECT_ALT_NAME, false, alternatives));
  }
  return list;
}

function extension(id: number[], critical: boolean, value: Uint8Array): Uint8Array {
  const octets = tagged(0x04, value);
  return critical ? sequence(oid(id), tagged(0x01, [0xff]), octets) : sequence(oid(id), octets);
}

/** dNSName [2] or iPAddress [7]. */
function alternativeName(text: string): Uint8Array {
  const family = isIP(text);
  if (family === 0) return tagged(0x82, new TextEncoder().encode(text));
  const length = family === 4 ? 4 : 16;
  const hex = addressBits(text)!.toString(16).padStart(length * 2, "0");
  return tagged(0x87, hex.match(/../g)!.map((byte) => parseInt(byte, 16)));
}

function commonNameOf(certificate: X509Certificate): string {
  return /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? certificate.subject;
}

function name(commonName: string): Uint8Array {
  return sequence(set(sequence(oid(OID_COMMON_NAME), utf8String(commonName))));
}

function instant(ms: number): Uint8Array {
  return time(new Date(ms).toISOString());
}
