/** The messages that carry certificates, signatures and key shares (RFC 5246 §7.4, RFC 8422 §5). */
import { concat } from "../../../../base/octets/mod.ts";
import {
  Malformed,
  OctetReader,
  uint16,
  uint16List,
  uint8,
  vector16,
  vector24,
  vector8,
} from "./octets.ts";

const NAMED_CURVE = 3;

export interface Signature {
  /** SignatureAndHashAlgorithm as one number. */
  scheme: number;
  value: Uint8Array;
}

export interface ServerKeyExchange {
  group: number;
  publicKey: Uint8Array;
  /** The octets that are signed, behind both randoms. */
  parameters: Uint8Array;
  signature: Signature;
}

export function writeCertificate(der: Uint8Array): Uint8Array {
  return vector24(vector24(der));
}

/** @returns the DER of the first of the chain, which is whose key is used; undefined: none @throws Malformed */
export function readCertificate(body: Uint8Array): Uint8Array | undefined {
  const reader = new OctetReader(body);
  const chain = new OctetReader(reader.vector24());
  reader.end();
  const first = chain.rest > 0 ? chain.vector24() : undefined;
  while (chain.rest > 0) chain.vector24();
  return first;
}

/** What is signed of a ServerKeyExchange. */
export function writeParameters(group: number, publicKey: Uint8Array): Uint8Array {
  return concat(uint8(NAMED_CURVE), uint16(group), vector8(publicKey));
}

export function writeSignature({ scheme, value }: Signature): Uint8Array {
  return concat(uint16(scheme), vector16(value));
}

/** @throws Malformed */
export function readServerKeyExchange(body: Uint8Array): ServerKeyExchange {
  const reader = new OctetReader(body);
  if (reader.uint8() !== NAMED_CURVE) throw new Malformed("a curve without a name");
  const [group, publicKey] = [reader.uint16(), reader.vector8()];
  const parameters = body.subarray(0, reader.at);
  const signature = readSignature(reader);
  return { group, publicKey, parameters, signature };
}

/** @throws Malformed */
export function readCertificateVerify(body: Uint8Array): Signature {
  return readSignature(new OctetReader(body));
}

function readSignature(reader: OctetReader): Signature {
  const [scheme, value] = [reader.uint16(), reader.vector16()];
  reader.end();
  return { scheme, value };
}

/** ecdsa_sign, rsa_sign. */
const CERTIFICATE_TYPES = Uint8Array.of(64, 1);

export function writeCertificateRequest(schemes: readonly number[]): Uint8Array {
  return concat(vector8(CERTIFICATE_TYPES), vector16(...schemes.map(uint16)), vector16());
}

/** @returns the signature schemes that the server takes @throws Malformed */
export function readCertificateRequest(body: Uint8Array): number[] {
  const reader = new OctetReader(body);
  reader.vector8();
  const schemes = uint16List(reader.vector16());
  reader.vector16();
  reader.end();
  return schemes;
}

export function writeClientKeyExchange(publicKey: Uint8Array): Uint8Array {
  return vector8(publicKey);
}

/** @throws Malformed */
export function readClientKeyExchange(body: Uint8Array): Uint8Array {
  const reader = new OctetReader(body);
  const publicKey = reader.vector8();
  reader.end();
  return publicKey;
}
