/** Certificates for the TLS tests: an authority, a server, and what is wrong with them, by openssl. */
import type { Scratch } from "./scratch.ts";

/** PEM files of one certificate. */
export interface Certificate {
  certFile: string;
  keyFile: string;
}

/** An authority of the test's own; nothing outside trusts it. */
export class CertificateAuthority {
  readonly caFile: string;
  readonly #keyFile: string;
  readonly #scratch: Scratch;
  readonly #name: string;
  #serial = 1;

  private constructor(scratch: Scratch, name: string) {
    this.#scratch = scratch;
    this.#name = name;
    this.caFile = scratch.file(`${name}.pem`);
    this.#keyFile = scratch.file(`${name}.key`);
  }

  static async create(scratch: Scratch, name = "ca"): Promise<CertificateAuthority> {
    const authority = new CertificateAuthority(scratch, name);
    await openssl(
      ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"].concat(
        ["-keyout", authority.#keyFile, "-out", authority.caFile, "-days", "2"],
        ["-subj", `/CN=offhook test ${name}`],
      ),
    );
    return authority;
  }

  /**
   * Issues a certificate.
   * @param names subject alternative names as openssl writes them: `IP:127.0.0.1`, `DNS:localhost`
   * @param expired true: it was valid until yesterday
   */
  async issue(
    name: string,
    names: readonly string[] = ["IP:127.0.0.1", "IP:::1", "DNS:localhost"],
    expired = false,
  ): Promise<Certificate> {
    const base = this.#scratch.file(`${this.#name}-${name}`);
    const [certFile, keyFile, request, extensions] = ["pem", "key", "csr", "ext"].map((end) =>
      `${base}.${end}`
    );
    await openssl(["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"].concat(
      ["-keyout", keyFile, "-out", request, "-subj", `/CN=${name}`],
    ));
    await Deno.writeTextFile(extensions, `subjectAltName=${names.join(",")}\n`);
    await openssl(
      ["x509", "-req", "-in", request, "-CA", this.caFile, "-CAkey", this.#keyFile].concat(
        ["-set_serial", String(this.#serial++), "-out", certFile, "-extfile", extensions],
        // openssl 3.0's x509 takes no dates: a negative span is the way to one that has ended.
        ["-days", expired ? "-1" : "2"],
      ),
    );
    return { certFile, keyFile };
  }
}

async function openssl(args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`openssl ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}
