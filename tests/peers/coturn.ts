/** coturn as STUN and TURN server, with long-term credentials, on loopback. */
import type { Certificate } from "./certificates.ts";
import { PeerProcess } from "./peer_process.ts";
import { freePorts } from "./ports.ts";
import type { Scratch } from "./scratch.ts";

export interface CoturnOptions {
  /** Absent: no TLS. */
  certificate?: Certificate;
  /** The address that it listens on and relays from. */
  address?: string;
  /** Runs it elsewhere, as in a network namespace. */
  within?: (command: string, args: readonly string[]) => { command: string; args: string[] };
  /** Passwords are made of this secret and the name ("REST"), not looked up. */
  secret?: string;
}

export class Coturn {
  private constructor(
    readonly process: PeerProcess,
    readonly address: string,
    /** UDP and TCP. */
    readonly port: number,
    readonly tlsPort: number,
    readonly username: string,
    readonly password: string,
  ) {}

  static async start(scratch: Scratch, options: CoturnOptions = {}): Promise<Coturn> {
    const { address = "127.0.0.1", certificate, secret, within } = options;
    const [port, relays] = [freePorts(2), freePorts(40)];
    const lines = [
      `listening-ip=${address}`,
      `relay-ip=${address}`,
      `listening-port=${port}`,
      `tls-listening-port=${port + 1}`,
      `min-port=${relays}`,
      `max-port=${relays + 39}`,
      "realm=example.test",
      ...(secret === undefined
        ? ["lt-cred-mech", "user=alice:secret"]
        : ["use-auth-secret", `static-auth-secret=${secret}`]),
      ...(certificate === undefined
        ? ["no-tls", "no-dtls"]
        : [`cert=${certificate.certFile}`, `pkey=${certificate.keyFile}`]),
      "allow-loopback-peers",
      "cli-password=unused",
      "no-cli",
      "log-file=stdout",
      "simple-log",
      "verbose",
      `pidfile=${scratch.file("turn.pid")}`,
      `userdb=${scratch.file("turn.db")}`,
    ];
    const config = scratch.file("turnserver.conf");
    await Deno.writeTextFile(config, lines.join("\n") + "\n");
    const process = PeerProcess.start(scratch, {
      name: "coturn",
      ...(within?.("turnserver", ["-c", config]) ??
        { command: "turnserver", args: ["-c", config] }),
    });
    await process.waitFor(/(?:TLS|TCP|UDP)[^\n]*listener opened on[^\n]*|Total [Gg]eneral servers/);
    const [username, password] = secret === undefined
      ? ["alice", "secret"]
      : await restCredentials(secret);
    return new Coturn(process, address, port, port + 1, username, password);
  }
}

/** A name that says until when it is good, and the password that belongs to it. */
async function restCredentials(secret: string): Promise<[string, string]> {
  const username = `${Math.floor(Date.now() / 1000) + 3600}:alice`;
  const bytes = (text: string) => new TextEncoder().encode(text);
  const hmac = { name: "HMAC", hash: "SHA-1" };
  const key = await crypto.subtle.importKey("raw", bytes(secret), hmac, false, ["sign"]);
  const signed = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(username)));
  return [username, btoa(String.fromCharCode(...signed))];
}
