/** Handshake messages and alerts as octets. */
export { type Alert, AlertDescription, alertName, readAlert, writeAlert } from "./alert.ts";
export {
  type Fragment,
  FRAGMENT_HEADER_LENGTH,
  fragmentOf,
  fragmentsIn,
  type HandshakeMessage,
  HandshakeType,
  wholeMessage,
} from "./handshake_message.ts";
export {
  type ClientHello,
  RANDOM_LENGTH,
  readClientHello,
  readHelloVerifyRequest,
  readServerHello,
  type ServerHello,
  writeClientHello,
  writeHelloVerifyRequest,
  writeServerHello,
} from "./hellos.ts";
export {
  readCertificate,
  readCertificateRequest,
  readCertificateVerify,
  readClientKeyExchange,
  readServerKeyExchange,
  type Signature,
  writeCertificate,
  writeCertificateRequest,
  writeClientKeyExchange,
  writeParameters,
  writeSignature,
} from "./key_exchange.ts";
export { equal, Malformed, OctetReader, uint16, uint48, uint8 } from "./octets.ts";
export { DTLS_1_0, DTLS_1_2 } from "./version.ts";
