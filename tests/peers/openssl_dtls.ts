/** OpenSSL's DTLS programs as a peer of ours: `s_server` and `s_client` with use_srtp (RFC 5764). */
import { X509Certificate } from "node:crypto";
import { type PeerCommand, PeerProcess } from "./peer_process.ts";
import type { Scratch } from "./scratch.ts";

/** Every profile that OpenSSL knows, as it writes them. */
const PROFILES =
  "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_32";

export interface OpensslCertificate {
  certFile: string;
  keyFile: string;
  der: Uint8Array;
}

/** A self-signed certificate. @param key as `openssl req` takes it */
export async function selfSigned(
  scratch: Scratch,
  name: "ec" | "rsa",
): Promise<OpensslCertificate> {
  const [certFile, keyFile] = [scratch.file(`${name}.pem`), scratch.file(`${name}.key`)];
  const key = name === "ec"
    ? ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    : ["-newkey", "rsa:2048"];
  const names = ["-keyout", keyFile, "-out", certFile, "-subj", "/CN=peer", "-days", "2"];
  const args = ["req", "-x509", ...key, "-nodes", ...names];
  const { success, stderr } = await new Deno.Command("openssl", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return { certFile, keyFile, der: new X509Certificate(Deno.readTextFileSync(certFile)).raw };
}

export interface OpensslWish {
  certificate?: OpensslCertificate;
  /** Octets of keying material that it prints. */
  materialLength: number;
  /** More of the command line. */
  args?: string[];
}

function command(name: "s_server" | "s_client", place: string[], wish: OpensslWish): PeerCommand {
  const { certificate, materialLength, args = [] } = wish;
  const own = certificate ? ["-cert", certificate.certFile, "-key", certificate.keyFile] : [];
  const material = ["-keymatexport", "EXTRACTOR-dtls_srtp"];
  const length = ["-keymatexportlen", String(materialLength)];
  const srtp = args.includes("-use_srtp") ? [] : ["-use_srtp", PROFILES];
  return {
    command: "openssl",
    name,
    args: [name, "-dtls1_2", ...place, ...own, ...srtp, ...material, ...length, ...args],
    stdin: true,
  };
}

/** Waits on a port of loopback, and asks for a certificate. */
export async function opensslServer(scratch: Scratch, port: number, wish: OpensslWish) {
  const place = ["-accept", `127.0.0.1:${port}`, "-verify", "1"];
  const peer = PeerProcess.start(scratch, command("s_server", place, wish));
  await peer.waitFor(/^ACCEPT/m);
  return peer;
}

export function opensslClient(scratch: Scratch, port: number, wish: OpensslWish) {
  return PeerProcess.start(scratch, command("s_client", ["-connect", `127.0.0.1:${port}`], wish));
}

/** What both ends must agree on, as it prints it: hex digits. */
export async function exportedMaterial(peer: PeerProcess): Promise<string> {
  const [, material] = await peer.waitFor(/Keying material: ([0-9A-F]+)/);
  return material!.toLowerCase();
}
