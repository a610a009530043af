/** ClientHello, HelloVerifyRequest, ServerHello (RFC 6347 §4.2.1, §4.3.2; RFC 5246 §7.4.1). */
import { concat } from "../../../../base/octets/mod.ts";
import { type HelloExtensions, readExtensions, writeExtensions } from "./hello_extensions.ts";
import { Malformed, OctetReader, uint16, uint16List, uint8, vector16, vector8 } from "./octets.ts";
import { DTLS_1_0, DTLS_1_2 } from "./version.ts";

export const RANDOM_LENGTH = 32;
const NO_COMPRESSION = 0;
const NO_SESSION = vector8();

export interface ClientHello {
  /** The newest version that the client speaks; newer versions have smaller numbers. */
  version: number;
  random: Uint8Array;
  cookie: Uint8Array;
  cipherSuites: number[];
  extensions: HelloExtensions;
}

export interface ServerHello {
  version: number;
  random: Uint8Array;
  cipherSuite: number;
  extensions: HelloExtensions;
}

export function writeClientHello(hello: ClientHello): Uint8Array {
  return concat(
    uint16(hello.version),
    hello.random,
    NO_SESSION,
    vector8(hello.cookie),
    vector16(...hello.cipherSuites.map(uint16)),
    vector8(uint8(NO_COMPRESSION)),
    writeExtensions(hello.extensions),
  );
}

/** @throws Malformed */
export function readClientHello(body: Uint8Array): ClientHello {
  const reader = new OctetReader(body);
  const [version, random] = [reader.uint16(), reader.take(RANDOM_LENGTH)];
  readSessionId(reader);
  const cookie = reader.vector8();
  const cipherSuites = uint16List(reader.vector16());
  if (!reader.vector8().includes(NO_COMPRESSION)) throw new Malformed("only compressed");
  return { version, random, cookie, cipherSuites, extensions: readExtensions(reader) };
}

export function writeServerHello(hello: ServerHello): Uint8Array {
  return concat(
    uint16(hello.version),
    hello.random,
    NO_SESSION,
    uint16(hello.cipherSuite),
    uint8(NO_COMPRESSION),
    writeExtensions(hello.extensions),
  );
}

/** @throws Malformed */
export function readServerHello(body: Uint8Array): ServerHello {
  const reader = new OctetReader(body);
  const [version, random] = [reader.uint16(), reader.take(RANDOM_LENGTH)];
  readSessionId(reader);
  const cipherSuite = reader.uint16();
  if (reader.uint8() !== NO_COMPRESSION) throw new Malformed("compressed");
  return { version, random, cipherSuite, extensions: readExtensions(reader) };
}

/** Says DTLS 1.0, as a server should before the version is agreed (RFC 6347 §4.2.1). */
export function writeHelloVerifyRequest(cookie: Uint8Array): Uint8Array {
  return concat(uint16(DTLS_1_0), vector8(cookie));
}

/** @returns the cookie @throws Malformed */
export function readHelloVerifyRequest(body: Uint8Array): Uint8Array {
  const reader = new OctetReader(body);
  const version = reader.uint16();
  if (version !== DTLS_1_0 && version !== DTLS_1_2) throw new Malformed("another version");
  const cookie = reader.vector8();
  reader.end();
  return cookie;
}

/** Sessions are never taken up again: each call has a handshake of its own. */
function readSessionId(reader: OctetReader): void {
  if (reader.vector8().length > 32) throw new Malformed("a long session id");
}
