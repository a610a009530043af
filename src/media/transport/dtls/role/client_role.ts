/**
 * The client of a handshake (RFC 5246 §7.3, RFC 6347 §4.2): the side that is `active`.
 *
 *     ClientHello ─► (HelloVerifyRequest ─► ClientHello with its cookie) ─►
 *     ServerHello … ServerHelloDone ─► Certificate … Finished ─► Finished ─► keys
 */
import { concat } from "../../../../base/octets/mod.ts";
import {
  CIPHER_SUITES,
  cipherSuite,
  generateKeyShare,
  NAMED_GROUPS,
  OWN_SCHEME,
  SIGNATURE_SCHEMES,
  signed,
} from "../crypto/mod.ts";
import {
  type Agreed,
  type HandshakeOptions,
  type HandshakeOutput,
  type HandshakeRole,
  nothingInCommon,
  Secrets,
  verifyOwner,
} from "./handshake.ts";
import {
  DTLS_1_2,
  type HandshakeMessage,
  HandshakeType,
  Malformed,
  RANDOM_LENGTH,
  readCertificateRequest,
  readHelloVerifyRequest,
  readServerHello,
  readServerKeyExchange,
  type ServerHello,
  writeCertificate,
  writeClientHello,
  writeClientKeyExchange,
  writeSignature,
} from "../message/mod.ts";
import { Transcript } from "./transcript.ts";

/** HelloVerifyRequests that are followed: a forger could send any number. */
const MAX_COOKIES = 4;
/** What the server's flight has at each place; a CertificateRequest may be missing. */
const FLIGHT: readonly (readonly number[])[] = [
  [HandshakeType.serverHello],
  [HandshakeType.certificate],
  [HandshakeType.serverKeyExchange],
  [HandshakeType.certificateRequest, HandshakeType.serverHelloDone],
  [HandshakeType.serverHelloDone],
];

export class ClientRole implements HandshakeRole {
  readonly #options: HandshakeOptions;
  readonly #output: HandshakeOutput;
  readonly #random: Uint8Array;
  readonly #transcript = new Transcript();
  #cookies = 0;
  /** Of what the server's flight agreed on; undefined before it came. */
  #secrets: Secrets | undefined;
  /** The server's, verified. */
  #certificate = new Uint8Array();

  constructor(options: HandshakeOptions, output: HandshakeOutput) {
    this.#options = options;
    this.#output = output;
    this.#random = options.random(RANDOM_LENGTH);
  }

  start(): void {
    this.#sayHello(new Uint8Array());
  }

  expects(place: number, type: number): boolean {
    const { helloVerifyRequest, finished } = HandshakeType;
    if (this.#secrets !== undefined) return place === 0 && type === finished;
    return FLIGHT[place]?.includes(type) || place === 0 && type === helloVerifyRequest;
  }

  take(messages: readonly HandshakeMessage[]): number {
    const first = messages[0]!;
    if (this.#secrets !== undefined) return this.#takeFinished(first, this.#secrets);
    if (first.type === HandshakeType.helloVerifyRequest) return this.#takeCookie(first);
    const done = messages.findIndex(({ type }) => type === HandshakeType.serverHelloDone);
    if (done < 0) return 0;
    this.#takeFlight(messages.slice(0, done + 1));
    return done + 1;
  }

  #sayHello(cookie: Uint8Array): void {
    const hello = writeClientHello({
      version: DTLS_1_2,
      random: this.#random,
      cookie,
      cipherSuites: CIPHER_SUITES.map(({ id }) => id),
      extensions: {
        groups: [...NAMED_GROUPS],
        pointFormats: true,
        signatureAlgorithms: [...SIGNATURE_SCHEMES],
        srtpProfiles: this.#options.profiles.map(({ id }) => id),
        extendedMasterSecret: true,
        renegotiationInfo: new Uint8Array(),
      },
    });
    const message = this.#transcript.write(HandshakeType.clientHello, hello);
    this.#output.send([{ epoch: 0, message }], "answered");
  }

  #takeCookie({ body }: HandshakeMessage): number {
    const cookie = readHelloVerifyRequest(body);
    if (++this.#cookies > MAX_COOKIES) throw new Malformed("too many cookies");
    this.#transcript.restart();
    this.#sayHello(cookie);
    return 1;
  }

  /** Reads and verifies all of the server's flight before anything of it is kept. */
  #takeFlight(flight: readonly HandshakeMessage[]): void {
    const [hello, certificate, exchange, ...others] = flight;
    const request = others.length === 2 ? others[0] : undefined;
    const serverHello = readServerHello(hello!.body);
    const { group, publicKey, parameters, signature } = readServerKeyExchange(exchange!.body);
    if (!NAMED_GROUPS.includes(group)) throw new Malformed("a group that was not offered");
    const { fingerprints } = this.#options;
    const data = concat(this.#random, serverHello.random, parameters);
    const mayVerify = () => this.#output.mayVerify();
    const { der, key } = verifyOwner(certificate!, signature, data, fingerprints, mayVerify);
    const agreed = this.#agree(serverHello);
    if (key.asymmetricKeyType !== agreed.suite.authentication) {
      throw new Malformed("a key of another kind than the cipher suite's");
    }
    if (request && !readCertificateRequest(request.body).includes(OWN_SCHEME)) {
      throw nothingInCommon("signature", true);
    }
    const share = generateKeyShare(group);
    const secret = share.sharedSecret(publicKey);
    this.#transcript.add(...flight);
    this.#certificate = Uint8Array.from(der);
    this.#answer(agreed, share.publicKey, secret, request !== undefined);
  }

  #agree(hello: ServerHello): Agreed {
    const { srtpProfiles = [], srtpMki, extendedMasterSecret, renegotiationInfo } =
      hello.extensions;
    const suite = cipherSuite(hello.cipherSuite);
    if (hello.version !== DTLS_1_2) throw nothingInCommon("version of DTLS", true);
    if (suite === undefined) throw new Malformed("a cipher suite that was not offered");
    if (renegotiationInfo !== undefined && renegotiationInfo.length > 0) {
      throw new Malformed("a first handshake that renegotiates");
    }
    const profile = this.#options.profiles.find(({ id }) => id === srtpProfiles[0]);
    if (profile === undefined || srtpProfiles.length !== 1 || (srtpMki?.length ?? 0) > 0) {
      throw nothingInCommon("SRTP profile", true);
    }
    const randoms = { client: this.#random, server: Uint8Array.from(hello.random) };
    return { suite, profile, randoms, extended: extendedMasterSecret === true };
  }

  /** @param isAsked the server wants to see our certificate */
  #answer(agreed: Agreed, publicKey: Uint8Array, shared: Uint8Array, isAsked: boolean): void {
    const { identity } = this.#options;
    const transcript = this.#transcript;
    const flight: HandshakeMessage[] = [];
    const write = (type: number, body: Uint8Array) => flight.push(transcript.write(type, body));
    if (isAsked) write(HandshakeType.certificate, writeCertificate(identity.certificate));
    write(HandshakeType.clientKeyExchange, writeClientKeyExchange(publicKey));
    const secrets = this.#secrets = new Secrets(agreed, shared, transcript.messages);
    if (isAsked) {
      const signature = signed(transcript.octets, identity.privateKey);
      write(HandshakeType.certificateVerify, writeSignature(signature));
    }
    const content = secrets.finished("client", transcript.messages);
    const finished = transcript.write(HandshakeType.finished, content);
    this.#output.protect(secrets.protection("client"));
    this.#output.send([
      ...flight.map((message) => ({ epoch: 0 as const, message })),
      "change-cipher-spec",
      { epoch: 1, message: finished },
    ], "answered");
  }

  #takeFinished({ body }: HandshakeMessage, secrets: Secrets): number {
    secrets.verifyFinished("server", body, this.#transcript.messages);
    this.#output.connected(secrets.srtpKeys("client"), this.#certificate);
    return 1;
  }
}
