/**
 * The server of a handshake: the side that is `passive`.
 *
 *     ClientHello ─► (HelloVerifyRequest; ClientHello with its cookie) ─►
 *     ServerHello … ServerHelloDone ─► Certificate … CertificateVerify ─► Finished ─► Finished, keys
 *
 * The cookie (RFC 6347 §4.2.1) is one for the whole association, which has one peer: a forged
 * ClientHello makes the peer repeat its own with the same cookie and harms nothing.
 */
import { concat } from "../../../../base/octets/mod.ts";
import {
  CIPHER_SUITES,
  DEFAULT_GROUPS,
  generateKeyShare,
  type KeyShare,
  NAMED_GROUPS,
  OWN_SCHEME,
  SIGNATURE_SCHEMES,
  signed,
  type SrtpProfile,
} from "../crypto/mod.ts";
import {
  type Agreed,
  type HandshakeOptions,
  type HandshakeOutput,
  type HandshakeRole,
  nothingInCommon,
  requireCertificate,
  Secrets,
  verifyOwner,
} from "./handshake.ts";
import {
  type ClientHello,
  DTLS_1_2,
  equal,
  type HandshakeMessage,
  HandshakeType,
  RANDOM_LENGTH,
  readCertificateVerify,
  readClientHello,
  readClientKeyExchange,
  writeCertificate,
  writeCertificateRequest,
  writeHelloVerifyRequest,
  writeParameters,
  writeServerHello,
  writeSignature,
} from "../message/mod.ts";
import { Transcript } from "./transcript.ts";

/** What the client's flight has at each place, before its Finished. */
const FLIGHT: readonly number[] = [
  HandshakeType.certificate,
  HandshakeType.clientKeyExchange,
  HandshakeType.certificateVerify,
];
const COOKIE_LENGTH = 20;
/** In place of an empty renegotiation_info (RFC 5746 §3.3). */
const EMPTY_RENEGOTIATION_INFO_SCSV = 0x00ff;

export interface DtlsServerOptions extends HandshakeOptions {
  /** A client must show that it gets what we send, before it gets more than it sent. */
  demandCookie: boolean;
}

export class ServerRole implements HandshakeRole {
  readonly #options: DtlsServerOptions;
  readonly #output: HandshakeOutput;
  readonly #random: Uint8Array;
  readonly #cookie: Uint8Array;
  readonly #transcript = new Transcript();
  /** Set when our hello went out. */
  #begun: { agreed: Agreed; share: KeyShare } | undefined;
  /** Set when the client proved who it is. */
  #secrets: Secrets | undefined;
  /** The client's, verified. */
  #certificate = new Uint8Array();

  constructor(options: DtlsServerOptions, output: HandshakeOutput) {
    this.#options = options;
    this.#output = output;
    this.#random = options.random(RANDOM_LENGTH);
    this.#cookie = options.random(COOKIE_LENGTH);
  }

  start(): void {
    // The client begins.
  }

  expects(place: number, type: number): boolean {
    if (this.#secrets !== undefined) return place === 0 && type === HandshakeType.finished;
    // Only the next: a client without our hello has nothing more to say.
    if (this.#begun === undefined) return place === 0 && type === HandshakeType.clientHello;
    return FLIGHT[place] === type;
  }

  take(messages: readonly HandshakeMessage[]): number {
    const first = messages[0]!;
    if (this.#secrets !== undefined) return this.#takeFinished(first, this.#secrets);
    if (this.#begun === undefined) return this.#takeHello(first);
    if (messages.length < FLIGHT.length) {
      requireCertificate(first);
      return 0;
    }
    this.#takeFlight(messages, this.#begun);
    return FLIGHT.length;
  }

  #takeHello(message: HandshakeMessage): number {
    const hello = readClientHello(message.body);
    if (this.#options.demandCookie && !equal(hello.cookie, this.#cookie)) {
      const body = writeHelloVerifyRequest(this.#cookie);
      const request = this.#transcript.write(HandshakeType.helloVerifyRequest, body);
      this.#transcript.restart();
      this.#output.send([{ epoch: 0, message: request }], "asked");
      return 1;
    }
    const { agreed, group } = this.#agree(hello);
    const share = generateKeyShare(group);
    this.#begun = { agreed, share };
    this.#transcript.add(message);
    this.#sayHello(agreed, share, hello);
    return 1;
  }

  #agree({ version, random, cipherSuites, extensions }: ClientHello) {
    const { groups = DEFAULT_GROUPS, signatureAlgorithms = [], srtpProfiles = [] } = extensions;
    const isAnswer = this.#options.demandCookie;
    // Newer versions have smaller numbers, of one major number.
    if (version > DTLS_1_2 || version < 0xfe00) throw nothingInCommon("version of DTLS", isAnswer);
    const suite = CIPHER_SUITES.find(({ id, authentication }) =>
      authentication === "ec" && cipherSuites.includes(id)
    );
    if (suite === undefined) throw nothingInCommon("cipher suite", isAnswer);
    const group = NAMED_GROUPS.find((known) => groups.includes(known));
    if (group === undefined) throw nothingInCommon("elliptic curve", isAnswer);
    if (!signatureAlgorithms.includes(OWN_SCHEME)) throw nothingInCommon("signature", isAnswer);
    const profile = this.#options.profiles.find(({ id }) => srtpProfiles.includes(id));
    if (profile === undefined) throw nothingInCommon("SRTP profile", isAnswer);
    const randoms = { client: Uint8Array.from(random), server: this.#random };
    const extended = extensions.extendedMasterSecret === true;
    return { agreed: { suite, profile, randoms, extended }, group };
  }

  #sayHello({ suite, profile, randoms, extended }: Agreed, share: KeyShare, asked: ClientHello) {
    const { identity } = this.#options;
    const parameters = writeParameters(share.group, share.publicKey);
    const signature = signed(
      concat(randoms.client, randoms.server, parameters),
      identity.privateKey,
    );
    const flight = [
      this.#transcript.write(
        HandshakeType.serverHello,
        writeServerHello({
          version: DTLS_1_2,
          random: this.#random,
          cipherSuite: suite.id,
          extensions: answerExtensions(asked, profile, extended),
        }),
      ),
      this.#transcript.write(HandshakeType.certificate, writeCertificate(identity.certificate)),
      this.#transcript.write(
        HandshakeType.serverKeyExchange,
        concat(parameters, writeSignature(signature)),
      ),
      this.#transcript.write(
        HandshakeType.certificateRequest,
        writeCertificateRequest(SIGNATURE_SCHEMES),
      ),
      this.#transcript.write(HandshakeType.serverHelloDone, new Uint8Array()),
    ];
    this.#output.send(flight.map((message) => ({ epoch: 0, message })), "answered");
  }

  /** Certificate, ClientKeyExchange, CertificateVerify: all three are proved by the last. */
  #takeFlight(
    flight: readonly HandshakeMessage[],
    { agreed, share }: { agreed: Agreed; share: KeyShare },
  ): void {
    const [certificate, exchange, proof] = flight;
    const upToExchange = this.#transcript.with([certificate!, exchange!]);
    const { fingerprints } = this.#options;
    const signature = readCertificateVerify(proof!.body);
    const mayVerify = () => this.#output.mayVerify();
    const { der } = verifyOwner(
      certificate!,
      signature,
      concat(...upToExchange),
      fingerprints,
      mayVerify,
    );
    const shared = share.sharedSecret(readClientKeyExchange(exchange!.body));
    this.#secrets = new Secrets(agreed, shared, upToExchange);
    this.#transcript.add(...flight);
    this.#certificate = Uint8Array.from(der);
    this.#output.protect(this.#secrets.protection("server"));
  }

  #takeFinished(message: HandshakeMessage, secrets: Secrets): number {
    secrets.verifyFinished("client", message.body, this.#transcript.messages);
    this.#transcript.add(message);
    const content = secrets.finished("server", this.#transcript.messages);
    const finished = this.#transcript.write(HandshakeType.finished, content);
    this.#output.send(["change-cipher-spec", { epoch: 1, message: finished }], "asked");
    this.#output.connected(secrets.srtpKeys("server"), this.#certificate);
    return 1;
  }
}

function answerExtensions(
  { cipherSuites, extensions }: ClientHello,
  profile: SrtpProfile,
  extended: boolean,
) {
  const saysRenegotiation = extensions.renegotiationInfo !== undefined ||
    cipherSuites.includes(EMPTY_RENEGOTIATION_INFO_SCSV);
  return {
    ...(extensions.pointFormats ? { pointFormats: true as const } : {}),
    srtpProfiles: [profile.id],
    ...(extended ? { extendedMasterSecret: true as const } : {}),
    ...(saysRenegotiation ? { renegotiationInfo: new Uint8Array() } : {}),
  };
}
