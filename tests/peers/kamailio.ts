/** kamailio as registrar and proxy on loopback, over UDP, TCP, TLS, WS and WSS. */
import { CertificateAuthority } from "./certificates.ts";
import { kamailioConfig, type KamailioSettings } from "./kamailio_config.ts";
import { PeerProcess } from "./peer_process.ts";
import { freePorts } from "./ports.ts";
import type { Scratch } from "./scratch.ts";

export type Transport = "udp" | "tcp" | "tls" | "ws" | "wss";

/** Where and how a phone registers. */
export interface Registrar<T extends Transport> {
  /** `host:port` of the registrar, which is the domain too. */
  address: string;
  password: string;
  transport: T;
  caFile: string;
}

export const TRANSPORTS: readonly Transport[] = ["udp", "tcp", "tls", "ws", "wss"];

const DEFAULTS: KamailioSettings = {
  users: { alice: "wonder-land-1", bob: "be-a-builder-2", carol: "singing-3" },
  algorithm: "MD5",
  qop: "auth",
  authenticateCalls: true,
  minExpires: 1,
  maxExpires: 3600,
  nonceExpires: 300,
};

export interface KamailioOptions extends Partial<KamailioSettings> {
  /** Also on `[::1]`. */
  ipv6?: boolean;
  /** SANs of its certificate; see {@link CertificateAuthority.issue}. */
  certificateNames?: string[];
  certificateExpired?: boolean;
  /** Listens there instead, in a network namespace, where it is not asked for its contacts. */
  place?: {
    address: string;
    within(command: string, args: readonly string[]): { command: string; args: string[] };
  };
  /** True: clients must show a certificate of {@link Kamailio.authority}. */
  requireClientCertificate?: boolean;
}

export class Kamailio {
  /** Port of UDP, TCP and WS. */
  readonly port: number;
  /** Port of TLS and WSS. */
  readonly tlsPort: number;
  /** Address that it listens on. */
  readonly #host: string;
  /** The authority that signed its certificate. */
  readonly authority: CertificateAuthority;
  readonly users: Readonly<Record<string, string>>;
  readonly #launch: () => PeerProcess;
  #process: PeerProcess;

  private constructor(
    place: { port: number; tlsPort: number; hosts: readonly string[] },
    authority: CertificateAuthority,
    users: Readonly<Record<string, string>>,
    launch: () => PeerProcess,
  ) {
    this.port = place.port;
    this.tlsPort = place.tlsPort;
    this.#host = place.hosts[0]!;
    this.authority = authority;
    this.users = users;
    this.#launch = launch;
    this.#process = launch();
  }

  get process(): PeerProcess {
    return this.#process;
  }

  /** Starts it; ready for requests when this resolves, stopped when the scratch is closed. */
  static async start(scratch: Scratch, options: KamailioOptions = {}): Promise<Kamailio> {
    const settings = { ...DEFAULTS, ...options };
    const authority = await CertificateAuthority.create(scratch);
    const certificate = await authority.issue(
      "kamailio",
      options.certificateNames,
      options.certificateExpired,
    );
    const port = freePorts(2);
    const { address = "127.0.0.1", within } = options.place ?? {};
    const place = {
      ...certificate,
      hosts: options.ipv6 ? [address, "[::1]"] : [address],
      port,
      tlsPort: port + 1,
      folder: scratch.path,
      ...(options.requireClientCertificate ? { clientCaFile: authority.caFile } : {}),
    };
    const config = scratch.file("kamailio.cfg");
    await Deno.writeTextFile(config, kamailioConfig(place, settings));
    // -DD: children, but in the foreground; small memory pools start faster.
    const args = ["-DD", "-E", "-f", config, "-w", scratch.path, "-Y", scratch.path];
    args.push("-m", "48", "-M", "8");
    const launch = () =>
      PeerProcess.start(scratch, {
        name: "kamailio",
        ...(within?.("kamailio", args) ?? { command: "kamailio", args }),
      });
    const kamailio = new Kamailio(place, authority, settings.users, launch);
    if (within === undefined) await kamailio.#ready();
    else await kamailio.process.waitFor(/Listening on/);
    return kamailio;
  }

  /** Every connection breaks, and what was registered is forgotten. */
  async stop(): Promise<void> {
    await this.#process.stop();
  }

  /** At the same ports, after {@link stop}. */
  async startAgain(): Promise<void> {
    this.#process = this.#launch();
    await this.#ready();
  }

  /** `host:port` for a transport. */
  address(transport: Transport = "udp", host = this.#host): string {
    return `${host}:${transport === "tls" || transport === "wss" ? this.tlsPort : this.port}`;
  }

  /** SIP URI of a user of its, reached over a transport. */
  uri(user: string, transport: Transport = "udp"): string {
    return `sip:${user}@${this.address(transport)};transport=${transport}`;
  }

  /** What another phone needs to register a user here. */
  registrar<T extends Transport>(user: string, transport: T): Registrar<T> {
    const caFile = this.authority.caFile;
    return { address: this.address(transport), password: this.password(user), transport, caFile };
  }

  password(user: string): string {
    const password = this.users[user];
    if (password === undefined) throw new Error(`kamailio has no user ${user}`);
    return password;
  }

  /** What is registered for a user: one `contact path` a line; empty when there is nothing. */
  async contacts(user: string): Promise<string[]> {
    const response = await fetch(`http://127.0.0.1:${this.port}/contacts/${user}`);
    const text = await response.text();
    return response.ok ? text.trimEnd().split("\n") : [];
  }

  /** Waits until a user has this many contacts. */
  async waitForContacts(user: string, count: number, timeoutMs = 10_000): Promise<string[]> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const contacts = await this.contacts(user);
      if (contacts.length === count) return contacts;
      if (performance.now() > end) {
        throw new Error(`${user} has ${contacts.length} contacts instead of ${count}: ${contacts}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async #ready(): Promise<void> {
    for (let attempt = 0; attempt < 200; attempt++) {
      try {
        await this.contacts("nobody");
        return;
      } catch {
        await Promise.race([
          new Promise((resolve) => setTimeout(resolve, 25)),
          this.process.exited.then(({ code }) => {
            throw new Error(`kamailio ended with status ${code}:\n${this.process.tail()}`);
          }),
        ]);
      }
    }
    throw new Error(`kamailio does not answer on port ${this.port}:\n${this.process.tail()}`);
  }
}
