/** The extensions of both hellos (RFC 5246 §7.4.1.4), as far as they are spoken here. */
import { concat } from "../../../../base/octets/mod.ts";
import { Malformed, OctetReader, uint16, uint16List, uint8, vector16, vector8 } from "./octets.ts";

const ExtensionType = {
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  useSrtp: 14,
  extendedMasterSecret: 23,
  renegotiationInfo: 0xff01,
} as const;

const UNCOMPRESSED = 0;

export interface HelloExtensions {
  /** RFC 8422 §5.1.1; absent in the server's. */
  groups?: number[];
  /** The peer speaks of point formats (RFC 8422 §5.1.2). */
  pointFormats?: true;
  /** RFC 5246 §7.4.1.4.1; absent in the server's. */
  signatureAlgorithms?: number[];
  /** Protection profiles (RFC 5764 §4.1.1). */
  srtpProfiles?: number[];
  /** The master key identifier that goes with them; we want none. */
  srtpMki?: Uint8Array;
  /** RFC 7627 §5.1. */
  extendedMasterSecret?: true;
  /** RFC 5746 §3.2: empty in a first handshake. */
  renegotiationInfo?: Uint8Array;
}

export function writeExtensions(extensions: HelloExtensions): Uint8Array {
  const parts: Uint8Array[] = [];
  const add = (type: number, body: Uint8Array) => parts.push(concat(uint16(type), vector16(body)));
  const { groups, pointFormats, signatureAlgorithms, srtpProfiles } = extensions;
  if (groups) add(ExtensionType.supportedGroups, vector16(...groups.map(uint16)));
  if (pointFormats) add(ExtensionType.pointFormats, vector8(uint8(UNCOMPRESSED)));
  if (signatureAlgorithms) {
    add(ExtensionType.signatureAlgorithms, vector16(...signatureAlgorithms.map(uint16)));
  }
  if (srtpProfiles) {
    const mki = vector8(extensions.srtpMki ?? new Uint8Array());
    add(ExtensionType.useSrtp, concat(vector16(...srtpProfiles.map(uint16)), mki));
  }
  if (extensions.extendedMasterSecret) add(ExtensionType.extendedMasterSecret, new Uint8Array());
  if (extensions.renegotiationInfo) {
    add(ExtensionType.renegotiationInfo, vector8(extensions.renegotiationInfo));
  }
  return vector16(...parts);
}

/** What is left of a hello. @throws Malformed also for an extension that comes twice */
export function readExtensions(hello: OctetReader): HelloExtensions {
  const extensions: HelloExtensions = {};
  if (hello.rest === 0) return extensions;
  const reader = new OctetReader(hello.vector16());
  hello.end();
  const seen = new Set<number>();
  while (reader.rest > 0) {
    const type = reader.uint16();
    const body = new OctetReader(reader.vector16());
    if (seen.has(type)) throw new Malformed("an extension twice");
    seen.add(type);
    if (readExtension(extensions, type, body)) body.end();
  }
  return extensions;
}

/** @returns false for one that is not spoken here */
function readExtension(into: HelloExtensions, type: number, body: OctetReader): boolean {
  switch (type) {
    case ExtensionType.supportedGroups:
      into.groups = uint16List(body.vector16());
      return true;
    case ExtensionType.pointFormats:
      if (!body.vector8().includes(UNCOMPRESSED)) throw new Malformed("no uncompressed points");
      into.pointFormats = true;
      return true;
    case ExtensionType.signatureAlgorithms:
      into.signatureAlgorithms = uint16List(body.vector16());
      return true;
    case ExtensionType.useSrtp:
      into.srtpProfiles = uint16List(body.vector16());
      into.srtpMki = body.vector8();
      return true;
    case ExtensionType.extendedMasterSecret:
      into.extendedMasterSecret = true;
      return true;
    case ExtensionType.renegotiationInfo:
      into.renegotiationInfo = body.vector8();
      return true;
    default:
      return false;
  }
}
