/**
 * What both roles of a handshake share. A role takes the peer's messages a flight at a time: it
 * believes all of a flight, proved by its signature, or nothing of it, and then waits for the peer to
 * repeat it. So a forged message costs time and ends nothing.
 */
import { type KeyObject, timingSafeEqual } from "node:crypto";
import { OffhookError } from "../../../../base/mod.ts";
import type { Fingerprint } from "../../../../core/media/mod.ts";
import {
  type CipherSuite,
  type DtlsSrtpKeys,
  EXPORTER_LABEL,
  exportKeyingMaterial,
  extendedMasterSecret,
  type Identity,
  isAnnounced,
  isSigned,
  masterSecret,
  materialLength,
  publicKeyOf,
  type Randoms,
  recordKeys,
  srtpKeys,
  type SrtpProfile,
  transcriptHash,
  verifyData,
} from "../crypto/mod.ts";
import type { FlightPart, RecordProtection } from "../record/mod.ts";
import {
  type HandshakeMessage,
  Malformed,
  readCertificate,
  type Signature,
} from "../message/mod.ts";

/** What a side brings into a handshake. */
export interface HandshakeOptions {
  identity: Identity;
  /** The certificates that signalling announced: the peer must show one of them. */
  fingerprints: readonly Fingerprint[];
  /** In the order of preference. */
  profiles: readonly SrtpProfile[];
  /** That many octets that nobody can foresee. */
  random(length: number): Uint8Array;
}

/** What a role does with the association that it runs in. */
export interface HandshakeOutput {
  /** @param until "answered": repeated till then; "asked": only when the peer repeats itself */
  send(flight: FlightPart[], until: "answered" | "asked"): void;
  /** Records can be sealed and opened from now on. */
  protect(protection: RecordProtection): void;
  /** @param certificate of the peer, DER */
  connected(keys: DtlsSrtpKeys, certificate: Uint8Array): void;
  /** Whether a signature may be tried now; forged ones must not cost all of our time. */
  mayVerify(): boolean;
}

export interface HandshakeRole {
  /** Sends the first flight; a server has none. */
  start(): void;
  /**
   * Whether a message may be the one at this place, counted from the first that was not taken: what
   * may not is not kept, and so cannot be in the way.
   */
  expects(place: number, type: number): boolean;
  /**
   * @param messages of the peer, complete and in order, from the first that was not taken
   * @returns how many of them were taken; 0: more must come first
   * @throws Malformed, Refused when they are no good: nothing of them was believed
   */
  take(messages: readonly HandshakeMessage[]): number;
}

/** The peer's flight makes sense and is not accepted. */
export class Refused extends Error {
  readonly reason: OffhookError;
  /** Its sender answered us, who is not just anybody: it has seen our last flight. */
  readonly isAnswer: boolean;

  constructor(reason: OffhookError, isAnswer = false) {
    super(reason.message);
    this.reason = reason;
    this.isAnswer = isAnswer;
  }
}

/**
 * Nothing that both can do.
 * @param what a cipher suite, a signature, …
 * @param isAnswer as in {@link Refused}
 */
export function nothingInCommon(what: string, isAnswer: boolean): Refused {
  return new Refused(
    new OffhookError(
      "media-failed",
      `the other side has no ${what} for encrypted sound in common`,
      {
        hint:
          "offhook speaks DTLS 1.2 with ECDHE, AES-GCM and SHA-256: allow them at the other side.",
      },
    ),
    isAnswer,
  );
}

/**
 * Checks that a certificate is announced and that its owner signed.
 * @param certificate body of the message
 * @returns the certificate, DER, and its public key
 * @throws Refused, Malformed
 */
export function verifyOwner(
  certificate: HandshakeMessage,
  signature: Signature,
  data: Uint8Array,
  fingerprints: readonly Fingerprint[],
  mayVerify: () => boolean,
): { der: Uint8Array; key: KeyObject } {
  const der = requireCertificate(certificate);
  const key = publicKeyOf(der);
  if (key === undefined) throw new Refused(stranger("shows a certificate that is not usable"));
  if (!mayVerify()) throw new Malformed("too many signatures");
  const owns = isSigned(data, signature, key);
  if (!isAnnounced(der, fingerprints)) {
    throw new Refused(stranger("shows another certificate than signalling announced"), owns);
  }
  if (!owns) throw new Refused(stranger("does not have the key of the certificate that it shows"));
  return { der, key };
}

/** Both sides' Finished tell whether both saw the same messages (RFC 5246 §7.4.9). */
function changedOnItsWay(): Refused {
  return new Refused(stranger("did not get what we sent"), true);
}

/** @returns its DER @throws Refused for a client that shows none (RFC 5763 §5 wants both to), Malformed */
export function requireCertificate({ body }: HandshakeMessage): Uint8Array {
  const der = readCertificate(body);
  if (der === undefined) throw new Refused(stranger("shows no certificate"));
  return der;
}

function stranger(does: string): OffhookError {
  return new OffhookError("tls-failed", `the other side of the encrypted sound ${does}`, {
    hint: "Somebody may be in between, or a server changed the description on its way: call again.",
  });
}

/** What a handshake agreed on. */
export interface Agreed {
  suite: CipherSuite;
  profile: SrtpProfile;
  randoms: Randoms;
  /** RFC 7627. Deviation: a peer without it is taken; no session is ever resumed here. */
  extended: boolean;
}

/** Everything that follows from the shared secret. */
export class Secrets {
  readonly master: Uint8Array;
  readonly #agreed: Agreed;

  /** @param messages everything up to the ClientKeyExchange */
  constructor(agreed: Agreed, shared: Uint8Array, messages: readonly Uint8Array[]) {
    const { suite: { hash }, randoms } = agreed;
    this.#agreed = agreed;
    this.master = agreed.extended
      ? extendedMasterSecret(hash, shared, transcriptHash(hash, messages))
      : masterSecret(hash, shared, randoms);
  }

  get hash(): CipherSuite["hash"] {
    return this.#agreed.suite.hash;
  }

  protection(role: "client" | "server"): RecordProtection {
    const { suite, randoms } = this.#agreed;
    const { client, server } = recordKeys(suite, this.master, randoms);
    const [local, remote] = role === "client" ? [client, server] : [server, client];
    return { cipher: suite.cipher, local, remote };
  }

  /** Content of the role's Finished. @param messages everything before it */
  finished(role: "client" | "server", messages: readonly Uint8Array[]): Uint8Array {
    return verifyData(this.hash, this.master, role, messages);
  }

  /** @throws Refused when it is not the Finished of that role */
  verifyFinished(
    role: "client" | "server",
    body: Uint8Array,
    messages: readonly Uint8Array[],
  ): void {
    const expected = this.finished(role, messages);
    if (body.length !== expected.length || !timingSafeEqual(body, expected)) {
      throw changedOnItsWay();
    }
  }

  /** To be asked for when both Finished were verified, and not before. */
  srtpKeys(role: "client" | "server"): DtlsSrtpKeys {
    const { profile, randoms } = this.#agreed;
    const length = materialLength(profile);
    const material = exportKeyingMaterial(this.hash, this.master, randoms, EXPORTER_LABEL, length);
    return srtpKeys(profile, material, role);
  }
}
