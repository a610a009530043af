/** Our DTLS against OpenSSL's, over sockets of loopback: the keying material of both is the same. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { OffhookError } from "../../src/base/errors.ts";
import { systemClock } from "../../src/media/clock.ts";
import {
  Association,
  type AssociationOptions,
} from "../../src/media/transport/dtls/association.ts";
import { fingerprintOf } from "../../src/media/transport/dtls/crypto/fingerprint.ts";
import { makeIdentity } from "../../src/media/transport/dtls/crypto/identity.ts";
import {
  type DtlsSrtpKeys,
  materialLength,
  SRTP_PROFILES,
} from "../../src/media/transport/dtls/crypto/srtp_profiles.ts";
import { hex } from "../fakes/media/dtls_link.ts";
import {
  exportedMaterial,
  opensslClient,
  opensslServer,
  type OpensslWish,
  selfSigned,
} from "../peers/openssl_dtls.ts";
import { freePorts } from "../peers/ports.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { testWith } from "../support/skip.ts";

const IDENTITY = makeIdentity(Date.now(), randomBytes);
const [CM_80, GCM_128, GCM_256] = SRTP_PROFILES;

type Wanted = Pick<AssociationOptions, "role"> & Partial<AssociationOptions>;

/** Our end over a socket; answers go where the last datagram came from. */
class OurEnd {
  readonly outcome: Promise<DtlsSrtpKeys | OffhookError>;
  readonly port: number;
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly #association: Association;
  readonly #closed = Promise.withResolvers<void>();

  static start(scratch: Scratch, options: Wanted, to?: number): OurEnd {
    const end = new OurEnd(options, to);
    scratch.defer(() => end.#close());
    return end;
  }

  private constructor(options: Wanted, to?: number) {
    this.port = (this.#socket.addr as Deno.NetAddr).port;
    let peer: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port: to ?? 0 };
    const outcome = Promise.withResolvers<DtlsSrtpKeys | OffhookError>();
    this.outcome = outcome.promise;
    this.#association = new Association({
      identity: IDENTITY,
      fingerprints: [],
      profiles: SRTP_PROFILES,
      clock: systemClock,
      random: randomBytes,
      ...options,
    }, {
      send: (datagram) => void this.#socket.send(datagram, peer).catch(() => {}),
      connected: outcome.resolve,
      failed: outcome.resolve,
      closed: this.#closed.resolve,
    });
    this.#receive((from) => peer = from);
    this.#association.start();
  }

  /** The peer said that it ends. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  #close(): void {
    this.#association.close();
    this.#socket.close();
  }

  async #receive(from: (peer: Deno.NetAddr) => void): Promise<void> {
    for await (const [datagram, peer] of this.#socket) {
      from(peer as Deno.NetAddr);
      this.#association.receive(datagram);
    }
  }
}

/** Client keys, then salts, as RFC 5764 §4.2 has them. */
function materialOf(keys: DtlsSrtpKeys, role: "client" | "server"): string {
  const { local, remote } = keys;
  const [client, server] = role === "client" ? [local, remote] : [remote, local];
  return [client.key, server.key, client.salt, server.salt].map(hex).join("");
}

function keysOf(outcome: DtlsSrtpKeys | OffhookError): DtlsSrtpKeys {
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

const AS_CLIENT: [string, "ec" | "rsa", string[]][] = [
  ["an ECDSA certificate", "ec", []],
  ["an RSA certificate", "rsa", []],
  ["a cookie", "ec", ["-listen"]],
  ["datagrams of 300 octets", "ec", ["-mtu", "300"]],
  ["AES-256 and SHA-384", "ec", ["-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"]],
  ["RSA, AES-256 and SHA-384", "rsa", ["-cipher", "ECDHE-RSA-AES256-GCM-SHA384"]],
  ["P-256 only", "ec", ["-curves", "P-256"]],
];

for (const [what, key, args] of AS_CLIENT) {
  testWith(
    ["openssl"],
    `our client and OpenSSL's server with ${what}`,
    () =>
      withScratch(async (scratch) => {
        const certificate = await selfSigned(scratch, key);
        const length = materialLength(CM_80!);
        const port = freePorts();
        const server = await opensslServer(scratch, port, {
          certificate,
          materialLength: length,
          args,
        });
        const fingerprints = [fingerprintOf(certificate.der)];
        const ours = OurEnd.start(
          scratch,
          { role: "client", fingerprints, profiles: [CM_80!] },
          port,
        );
        const keys = keysOf(await ours.outcome);
        assert.equal(materialOf(keys, "client"), await exportedMaterial(server));
      }),
  );
}

const AS_SERVER: [string, Partial<OpensslWish>, Partial<AssociationOptions>][] = [
  ["an ECDSA certificate", {}, {}],
  ["a cookie of ours", {}, { demandCookie: true }],
  ["fragments of 200 octets", { args: ["-mtu", "300"] }, { mtu: 200 }],
  ["P-256 only", { args: ["-curves", "P-256"] }, {}],
  ["AES-256 and SHA-384", { args: ["-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384"] }, {}],
  ["AES-GCM for SRTP", {}, { profiles: [GCM_128!] }],
  ["AES-256-GCM for SRTP", {}, { profiles: [GCM_256!] }],
];

for (const [what, wish, options] of AS_SERVER) {
  testWith(
    ["openssl"],
    `our server and OpenSSL's client with ${what}`,
    () =>
      withScratch(async (scratch) => {
        const certificate = await selfSigned(scratch, "ec");
        const { profiles: [profile] = [CM_80!] } = options;
        const fingerprints = [fingerprintOf(certificate.der)];
        const ours = OurEnd.start(scratch, { role: "server", fingerprints, ...options });
        const client = opensslClient(scratch, ours.port, {
          certificate,
          materialLength: materialLength(profile!),
          ...wish,
        });
        const keys = keysOf(await ours.outcome);
        assert.equal(keys.suite, profile!.suite);
        await client.waitFor(
          what === "P-256 only" ? /Temp Key: ECDH, prime256v1/ : /Temp Key: X25519/,
        );
        await client.waitFor(/Extended master secret: yes/);
        assert.equal(materialOf(keys, "server"), await exportedMaterial(client));
      }),
  );
}

testWith(
  ["openssl"],
  "our server and OpenSSL's client with an RSA certificate",
  () =>
    withScratch(async (scratch) => {
      const certificate = await selfSigned(scratch, "rsa");
      const fingerprints = [fingerprintOf(certificate.der)];
      const ours = OurEnd.start(scratch, { role: "server", fingerprints });
      const wish = { certificate, materialLength: materialLength(CM_80!) };
      const client = opensslClient(scratch, ours.port, wish);
      assert.equal(
        materialOf(keysOf(await ours.outcome), "server"),
        await exportedMaterial(client),
      );
      await client.writeLine("Q");
      await ours.closed;
    }),
);

testWith(
  ["openssl"],
  "another certificate of OpenSSL's than the announced one is refused",
  () =>
    withScratch(async (scratch) => {
      const certificate = await selfSigned(scratch, "ec");
      const fingerprints = [fingerprintOf(IDENTITY.certificate)];
      const port = freePorts();
      await opensslServer(scratch, port, { certificate, materialLength: 60 });
      const asClient = OurEnd.start(scratch, { role: "client", fingerprints }, port);
      const asServer = OurEnd.start(scratch, { role: "server", fingerprints });
      opensslClient(scratch, asServer.port, { certificate, materialLength: 60 });
      for (const outcome of await Promise.all([asClient.outcome, asServer.outcome])) {
        assert.ok(outcome instanceof OffhookError);
        assert.equal(outcome.code, "tls-failed");
      }
    }),
);
