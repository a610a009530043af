/** Two ends of a DTLS handshake with a bad network between, in virtual time. */
import { randomBytes } from "node:crypto";
import type { OffhookError } from "../../../src/base/errors.ts";
import {
  Association,
  type AssociationOptions,
} from "../../../src/media/transport/dtls/association.ts";
import { fingerprintOf } from "../../../src/media/transport/dtls/crypto/fingerprint.ts";
import { type Identity, makeIdentity } from "../../../src/media/transport/dtls/crypto/identity.ts";
import {
  type DtlsSrtpKeys,
  SRTP_PROFILES,
} from "../../../src/media/transport/dtls/crypto/srtp_profiles.ts";
import { VirtualClock } from "../virtual_clock.ts";

export const CLIENT_IDENTITY = makeIdentity(Date.now(), randomBytes);
export const SERVER_IDENTITY = makeIdentity(Date.now(), randomBytes);

/** One end and what it told. */
export class DtlsEnd {
  readonly association: Association;
  /** Every datagram that it sent. */
  readonly sent: Uint8Array[] = [];
  keys: DtlsSrtpKeys | undefined;
  failure: OffhookError | undefined;
  closed = false;

  constructor(options: AssociationOptions, send: (datagram: Uint8Array) => void) {
    this.association = new Association(options, {
      send: (datagram) => {
        this.sent.push(datagram);
        send(datagram);
      },
      connected: (keys) => this.keys = keys,
      failed: (error) => this.failure = error,
      closed: () => this.closed = true,
    });
  }
}

export type From = "client" | "server";

export interface LinkOptions {
  /** ms until a datagram arrives, one for each copy; empty: lost. 5 ms each way by default. */
  fate?: (datagram: Uint8Array, from: From) => number[];
  client?: Partial<AssociationOptions>;
  server?: Partial<AssociationOptions>;
}

export class DtlsLink {
  readonly clock = new VirtualClock();
  readonly client: DtlsEnd;
  readonly server: DtlsEnd;
  readonly #fate: (datagram: Uint8Array, from: From) => number[];

  constructor(options: LinkOptions = {}) {
    this.#fate = options.fate ?? (() => [5]);
    this.client = this.#end("client", CLIENT_IDENTITY, SERVER_IDENTITY, options.client);
    this.server = this.#end("server", SERVER_IDENTITY, CLIENT_IDENTITY, options.server);
  }

  /** Both begin; then time passes until nothing more can happen, or for `ms`. */
  run(ms = 20_000): void {
    this.server.association.start();
    this.client.association.start();
    this.clock.advance(ms);
  }

  /** Both have keys, and those of one are the other's. */
  get isConnected(): boolean {
    const [client, server] = [this.client.keys, this.server.keys];
    return client !== undefined && server !== undefined && client.suite === server.suite &&
      same(client.local, server.remote) && same(client.remote, server.local);
  }

  close(): void {
    this.client.association.close();
    this.server.association.close();
    this.clock.advance(1000);
  }

  #end(role: From, identity: Identity, peer: Identity, options: Partial<AssociationOptions> = {}) {
    return new DtlsEnd({
      role,
      clock: this.clock,
      identity,
      fingerprints: [fingerprintOf(peer.certificate)],
      profiles: SRTP_PROFILES,
      random: randomBytes,
      ...options,
    }, (datagram) => this.#carry(datagram, role));
  }

  #carry(datagram: Uint8Array, from: From): void {
    const to = () => from === "client" ? this.server : this.client;
    for (const ms of this.#fate(datagram, from)) {
      this.clock.setTimeout(() => to().association.receive(datagram.slice()), ms);
    }
  }
}

function same(a: { key: Uint8Array; salt: Uint8Array }, b: { key: Uint8Array; salt: Uint8Array }) {
  return hex(a.key) === hex(b.key) && hex(a.salt) === hex(b.salt);
}

export function hex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
