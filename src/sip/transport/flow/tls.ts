/**
 * TLS of connections that we open: what the account's settings mean to node:tls. Not on the real-time
 * path.
 */
import { readFile } from "node:fs/promises";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import tls from "node:tls";
import type { TlsSettings } from "../../../core/account/mod.ts";
import { fileReason, OffhookError } from "../../../base/mod.ts";

/** The certificate's SHA-256 is not the pinned one. */
export class PinMismatchError extends Error {
  readonly code = "PIN_MISMATCH";
  constructor(readonly pin: string, readonly fingerprint: string) {
    super("the certificate is not the pinned one");
  }
}

/**
 * Options of `tls.connect` for a peer of that name (a host or an address).
 * @throws OffhookError `file-unusable` when a PEM file cannot be read
 */
export async function tlsOptions(
  settings: TlsSettings,
  name: string,
): Promise<tls.ConnectionOptions> {
  const [ca, cert, key] = await Promise.all([
    readPem(settings.caFile, "certificate authorities"),
    readPem(settings.certFile, "client certificate"),
    readPem(settings.keyFile, "client key"),
  ]);
  if (cert !== undefined) checkClientKey(settings, cert, key ?? cert);
  const serverName = settings.serverName ?? name;
  return {
    // Node replaces its authorities by `ca`; the setting adds one.
    ...(ca === undefined ? {} : { ca: [...tls.getCACertificates("default"), ca] }),
    ...(cert === undefined ? {} : { cert }),
    // A key may stand in the same file as its certificate.
    ...(cert === undefined ? {} : { key: key ?? cert }),
    // SNI carries names only (RFC 6066 §3).
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
    minVersion: settings.minVersion === "1.3" ? "TLSv1.3" : "TLSv1.2",
    rejectUnauthorized: settings.verify,
    // Replaces the check of the name: so it calls that first.
    checkServerIdentity: (_host, certificate) =>
      checkName(serverName, certificate) ?? checkPin(settings.pin, certificate),
  };
}

/** One name of a certificate that would be read as two. */
const NAME_IN_NAME = /,\s*(?:DNS|IP Address)\s*:/i;

/**
 * The check of node:tls, with a hole closed: it reads the names from a text (`DNS:a, DNS:b`) in which
 * Deno quotes nothing, so that one name `a, DNS:b` counts as two (as CVE-2021-44532 was in Node). No
 * honest certificate has such a text anywhere; NULs are taken out for names in UTF-16.
 */
function checkName(serverName: string, certificate: tls.PeerCertificate): Error | undefined {
  const text = Buffer.from(certificate.raw).toString("latin1").replaceAll("\0", "");
  if (!NAME_IN_NAME.test(text)) return tls.checkServerIdentity(serverName, certificate);
  const error = new Error("a name of the certificate holds another one");
  return Object.assign(error, { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
}

/** Undefined when there is no pin or it is met; `verify: false` leaves it to the caller to ask. */
export function checkPin(
  pin: string | undefined,
  certificate: { fingerprint256?: string },
): PinMismatchError | undefined {
  if (pin === undefined) return undefined;
  const fingerprint = certificate.fingerprint256 ?? "";
  const same = plainHex(pin) === plainHex(fingerprint) && fingerprint !== "";
  return same ? undefined : new PinMismatchError(pin, fingerprint);
}

function plainHex(fingerprint: string): string {
  return fingerprint.replace(/^sha-?256[:=/]?/i, "").replace(/[:\s]/g, "").toLowerCase();
}

/** A key that is not the certificate's would look like a version that nobody shares. */
function checkClientKey({ certFile, keyFile = certFile }: TlsSettings, cert: string, key: string) {
  const why = clientKeyFault(cert, key);
  if (why === undefined) return;
  throw new OffhookError("file-unusable", `Cannot use ${keyFile} as client key: ${why}`, {
    hint: `Name the key of the certificate ${certFile}.`,
    data: { path: keyFile },
  });
}

function clientKeyFault(cert: string, key: string): string | undefined {
  try {
    const fits = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
    return fits ? undefined : "it is not that of the client certificate";
  } catch {
    return "it is not a private key, or has a passphrase";
  }
}

async function readPem(path: string | undefined, what: string): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    const pem = await readFile(path, "utf8");
    if (pem.includes("-----BEGIN ")) return pem;
    throw new Error("it holds no PEM block");
  } catch (cause) {
    throw new OffhookError(
      "file-unusable",
      `Cannot use ${path} as ${what}: ${fileReason(cause)}`,
      {
        hint: "Name a readable file in PEM format (-----BEGIN …).",
        data: { path },
        cause,
      },
    );
  }
}
