/**
 * TLS failures in words: which certificate, why it is refused, what to do.
 *
 * The connection that failed was refused by the strict check before its certificate could be read: a
 * second one that trusts nothing and says nothing fetches the certificate to describe it.
 */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import tls from "node:tls";
import { OffhookError } from "../../../base/mod.ts";
import { certificateFault } from "./certificate_fault.ts";
import { errorCode } from "./network_error.ts";
import { type Attempt, describePlace } from "./network_error.ts";
import { PinMismatchError } from "./tls.ts";
import type { Address } from "./types.ts";

/** What a person needs to know of a certificate. */
interface CertificateFacts {
  subject: string;
  issuer: string;
  /** ISO 8601. */
  validFrom: string;
  validTo: string;
  /** DNS names and addresses that it is for. */
  names: string[];
  /** SHA-256, upper-case hex with colons. */
  fingerprint: string;
}

function certificateFacts(certificate: X509Certificate): CertificateFacts {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    validFrom: isoDate(certificate.validFrom),
    validTo: isoDate(certificate.validTo),
    names: subjectNames(certificate.subjectAltName ?? ""),
    fingerprint: certificate.fingerprint256,
  };
}

const AUTHORITY = "Trust its authority: --tls-ca FILE or ca_file names the authority's PEM file.";

/** Why, and what to do, for the codes of node:tls. */
const CHAIN_REASONS: Record<string, [why: string, hint: string]> = {
  CERT_HAS_EXPIRED: ["it has expired", "Have the server's certificate renewed; check this clock."],
  CERT_NOT_YET_VALID: ["it is not valid yet", "Check the clocks of this host and of the server."],
  CERT_REVOKED: ["it has been revoked", "Have the server's certificate replaced."],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    "it is self-signed",
    "If it is the right one, name its PEM file by --tls-ca or ca_file.",
  ],
  SELF_SIGNED_CERT_IN_CHAIN: ["its authority is not trusted here", AUTHORITY],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ["its authority is not trusted here", AUTHORITY],
  UNABLE_TO_GET_ISSUER_CERT: ["its authority is not known here", AUTHORITY],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ["its authority is not known here", AUTHORITY],
  CERT_UNTRUSTED: ["its authority is not trusted here", AUTHORITY],
  INVALID_PURPOSE: ["it is not for servers", "Have a server certificate issued."],
};

const NOT_TLS = "Check the port (5061 is usual for TLS) and the transport.";

/** Why, and what to do, when the handshake failed without blaming a certificate. */
const HANDSHAKE_REASONS: [pattern: RegExp, why: string, hint: string][] = [
  [
    /CERTIFICATE_REQUIRED|DID_NOT_RETURN_A_CERT/,
    "the server wants a client certificate",
    "Name one that its authority issued: --tls-cert and --tls-key, or cert_file and key_file.",
  ],
  [
    /ALERT_(BAD_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|ACCESS_DENIED)/,
    "the server refused our client certificate",
    "Use a certificate that the server's authority issued and that is still valid.",
  ],
  [
    /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/,
    "server and phone share no TLS version",
    "Allow TLS 1.2 (--tls-min-version, min_version), or update the server.",
  ],
  [
    /WRONG_VERSION_NUMBER/,
    "what answers there does not speak TLS",
    NOT_TLS,
  ],
  [
    /UNRECOGNIZED_NAME/,
    "the server knows no certificate for that name",
    "Check the server's name, or set another by --tls-server-name or server_name.",
  ],
  [
    /HANDSHAKE_FAILURE/,
    "the server refused the handshake",
    "Check TLS versions and ciphers, and whether it wants a client certificate.",
  ],
];

/** True: the failure is one of TLS, not of the network below it. */
export function isTlsFailure(cause: unknown): boolean {
  const code = errorCode(cause);
  return code in CHAIN_REASONS || /^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_|PIN_MISMATCH)/.test(code);
}

/** A server that takes the connection and never answers the handshake. */
export function silentTlsError(attempt: Attempt, why: string): OffhookError {
  return handshakeFailure(attempt, why, NOT_TLS, "ETIMEDOUT");
}

/** A TLS error on an established connection: TLS 1.3 refuses client certificates only then. */
export function tlsCloseError(remote: Address, cause: unknown): OffhookError | undefined {
  if (!isTlsFailure(cause)) return undefined;
  const attempt: Attempt = { transport: "tls", name: remote.host, address: remote };
  return handshakeError(attempt, cause);
}

/** A TLS handshake that failed; fetches the server's certificate where that explains it. */
export async function tlsError(
  attempt: Attempt,
  serverName: string,
  cause: unknown,
): Promise<OffhookError> {
  const code = errorCode(cause);
  const blamesCertificate = code in CHAIN_REASONS || code === "ERR_TLS_CERT_ALTNAME_INVALID" ||
    cause instanceof PinMismatchError;
  if (!blamesCertificate) return handshakeError(attempt, cause);
  const certificate = await fetchCertificate(attempt.address, serverName);
  const facts = certificate === undefined ? undefined : certificateFacts(certificate);
  const fault = certificate === undefined ? undefined : certificateFault(certificate);
  const [why, hint] = certificateReason(code, cause, serverName, facts, fault);
  return tlsFailure(attempt, `is not accepted: ${why}`, hint, cause, facts);
}

function handshakeError(attempt: Attempt, cause: unknown): OffhookError {
  const code = errorCode(cause);
  const known = HANDSHAKE_REASONS.find(([pattern]) => pattern.test(code));
  const text = cause instanceof Error ? cause.message : String(cause);
  const why = known?.[1] ?? `the handshake failed (${text})`;
  const hint = known?.[2] ?? "Check that the port speaks TLS and which versions it allows.";
  return handshakeFailure(attempt, why, hint, code, cause);
}

function handshakeFailure(
  attempt: Attempt,
  why: string,
  hint: string,
  code: string,
  cause?: unknown,
): OffhookError {
  const where = describePlace(attempt);
  return new OffhookError("tls-failed", `The TLS handshake with ${where} failed: ${why}`, {
    hint,
    data: { ...attemptData(attempt), cause: code },
    cause,
  });
}

function tlsFailure(
  attempt: Attempt,
  what: string,
  hint: string,
  cause: unknown,
  facts: CertificateFacts | undefined,
): OffhookError {
  const described = facts === undefined
    ? ""
    : ` It is for ${facts.subject}, issued by ${facts.issuer}, valid ${
      facts.validFrom.slice(0, 10)
    }` +
      ` to ${facts.validTo.slice(0, 10)}, SHA-256 ${facts.fingerprint}.`;
  const message = `The TLS certificate of ${describePlace(attempt)} ${what}.${described}`;
  return new OffhookError("tls-failed", message, {
    hint,
    data: { ...attemptData(attempt), cause: errorCode(cause), certificate: facts },
    cause,
  });
}

function certificateReason(
  code: string,
  cause: unknown,
  serverName: string,
  facts: CertificateFacts | undefined,
  fault: [why: string, hint: string] | undefined,
): [why: string, hint: string] {
  if (cause instanceof PinMismatchError) {
    return [
      `its SHA-256 is not the pinned ${cause.pin}`,
      "If the server's certificate was renewed on purpose, pin the new one (--tls-pin, pin).",
    ];
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const names = facts === undefined || facts.names.length === 0 ? "none" : facts.names.join(", ");
    return [
      `it is not for ${serverName}; the names in it are: ${names}`,
      "Use a name that it has as server, or set --tls-server-name (server_name) to one of them.",
    ];
  }
  const told = chainCode(code, facts);
  const [why, hint] = (told === code ? fault : undefined) ?? CHAIN_REASONS[told];
  const dated = facts !== undefined && why === CHAIN_REASONS.CERT_HAS_EXPIRED[0]
    ? `${why} on ${facts.validTo.slice(0, 10)}`
    : why;
  return [dated, hint];
}

/** Deno calls most failures of a chain an unverifiable signature: the certificate itself says more. */
function chainCode(code: string, facts: CertificateFacts | undefined): string {
  if (facts === undefined) return code;
  const now = new Date().toISOString();
  if (facts.validTo < now) return "CERT_HAS_EXPIRED";
  if (facts.validFrom > now) return "CERT_NOT_YET_VALID";
  return facts.subject === facts.issuer ? "DEPTH_ZERO_SELF_SIGNED_CERT" : code;
}

function attemptData({ transport, name, address }: Attempt): Record<string, unknown> {
  return { transport, name, host: address.host, port: address.port };
}

/** The certificate that a server presents, unverified; undefined when it cannot be had in 3 s. */
function fetchCertificate(
  at: Address,
  serverName: string,
): Promise<X509Certificate | undefined> {
  return new Promise((resolve) => {
    const socket = tls.connect({
      host: at.host,
      port: at.port,
      rejectUnauthorized: false,
      ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
    });
    const done = (certificate: X509Certificate | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(certificate);
    };
    const timer = setTimeout(() => done(undefined), 3000);
    socket.once("error", () => done(undefined));
    socket.once("secureConnect", () => {
      const { raw } = socket.getPeerCertificate();
      done(raw === undefined ? undefined : new X509Certificate(raw));
    });
  });
}

function oneLine(name: string): string {
  return name.split("\n").filter((part) => part !== "").join(", ");
}

function isoDate(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date.toISOString();
}

/** `DNS:a.example, IP Address:192.0.2.1` → [`a.example`, `192.0.2.1`]. */
function subjectNames(text: string): string[] {
  return text.split(/,\s*/).map((part) => part.slice(part.indexOf(":") + 1)).filter((part) =>
    part !== ""
  );
}
