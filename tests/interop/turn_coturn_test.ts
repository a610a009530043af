/** Gathering and relays at a real STUN and TURN server: UDP, TCP, TLS, and what goes wrong. */
import assert from "node:assert/strict";
import type { NegotiatedStream } from "../../src/core/media/mod.ts";
import { systemClock } from "../../src/media/mod.ts";
import {
  IceGatherer,
  type IceSettings,
  IceTransport,
  systemLinks,
} from "../../src/media/transport/ice/mod.ts";
import { UdpSockets } from "../../src/media/transport/mod.ts";
import { CertificateAuthority } from "../peers/certificates.ts";
import { Coturn } from "../peers/coturn.ts";
import { freePorts } from "../peers/ports.ts";
import { withScratch } from "../peers/scratch.ts";
import { testWith } from "../support/skip.ts";

const random = () => crypto.getRandomValues(new Uint32Array(1))[0]!;
const CODEC = { payloadType: 0, encoding: "PCMU", clockRate: 8000, channels: 1 };

function gatherer(settings: Partial<IceSettings>, address = "127.0.0.1"): IceGatherer {
  const sockets = new UdpSockets({ random });
  return new IceGatherer({
    clock: systemClock,
    random,
    sockets,
    addresses: () => [address],
    resolve: (host) => sockets.resolveAll(host),
    link: systemLinks(settings.caFile),
  }, { stun: [], turn: [], relayOnly: false, ...settings });
}

/** Of the candidates for RTP. */
function typesOf({ candidates }: IceGatherer): string[] {
  return candidates.list.filter(({ component }) => component === 1).map(({ type }) => type);
}

const turn = (server: Coturn, protocol: "udp" | "tcp" | "tls") => ({
  host: protocol === "tls" ? "localhost" : server.address,
  port: protocol === "tls" ? server.tlsPort : server.port,
  protocol,
  username: server.username,
  password: server.password,
});

interface Party {
  transport: IceTransport;
  heard: string[];
  failed: string[];
}

async function party(settings: Partial<IceSettings>, address?: string): Promise<Party> {
  const gathering = gatherer(settings, address);
  await gathering.gather();
  assert.deepEqual(gathering.failures, []);
  const failed: string[] = [];
  const transport = new IceTransport({ clock: systemClock, random }, gathering, {
    failed: (error) => failed.push(error.message),
    lost: () => {},
  });
  const heard: string[] = [];
  transport.receiver = {
    deliver: (_, data) => heard.push(new TextDecoder().decode(data.subarray(12))) > 0,
  };
  return { transport, heard, failed };
}

function streamFor(us: Party, them: Party, controlling: boolean): NegotiatedStream {
  const { credentials, candidates, address } = them.transport.local;
  return {
    remoteAddress: address,
    remotePort: them.transport.rtpPort,
    remoteRtcpPort: them.transport.rtpPort,
    rtcpMux: true,
    sendFormat: CODEC,
    receiveFormats: [CODEC],
    direction: "sendrecv",
    ptime: 20,
    ice: {
      local: us.transport.local.credentials,
      remote: { ...credentials, candidates },
      controlling,
    },
  };
}

/** RTP with a text as its payload. */
function rtp(text: string, sequence: number): Uint8Array {
  const header = Uint8Array.of(0x80, 0, 0, sequence, 0, 0, 0, 0, 1, 2, 3, 4);
  return Uint8Array.from([...header, ...new TextEncoder().encode(text)]);
}

/** Waits until it holds. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`never: ${what}`);
}

async function talk(a: Party, b: Party): Promise<void> {
  a.transport.use(streamFor(a, b, true), "");
  b.transport.use(streamFor(b, a, false), "");
  const connected = ({ transport }: Party) => transport.report?.state === "connected";
  await until("both connected", () => connected(a) && connected(b));
  let sequence = 0;
  await until("both heard the other", () => {
    a.transport.send("rtp", rtp("from a", sequence));
    b.transport.send("rtp", rtp("from b", sequence++));
    return a.heard.includes("from b") && b.heard.includes("from a");
  });
}

for (const protocol of ["udp", "tcp", "tls"] as const) {
  testWith(
    ["coturn", "openssl"],
    `ICE connects by coturn's relay over ${protocol}`,
    () =>
      withScratch(async (scratch) => {
        const authority = await CertificateAuthority.create(scratch);
        const certificate = await authority.issue("turn");
        const server = await Coturn.start(scratch, { certificate });
        const { caFile } = authority;
        const settings = { turn: [turn(server, protocol)], relayOnly: true, caFile };
        const [a, b] = await Promise.all([party(settings), party(settings)]);
        try {
          await talk(a, b);
          const { local, remote, relayProtocol } = a.transport.report!;
          assert.deepEqual([local?.type, remote?.type, relayProtocol], [
            "relay",
            "relay",
            protocol,
          ]);
          assert.equal(a.transport.local.candidates.length, 1, "nothing but the relay is told");
        } finally {
          a.transport.close();
          b.transport.close();
        }
        await server.process.waitFor(/(?:delete|closed|refreshed)[^\n]*(?:lifetime=0|session)/);
      }),
  );
}

for (const protocol of ["udp", "tcp"] as const) {
  testWith(
    ["coturn", "ipv6"],
    `ICE connects by coturn's relay over IPv6 and ${protocol}`,
    () =>
      withScratch(async (scratch) => {
        const server = await Coturn.start(scratch, { address: "::1" });
        const settings = { turn: [turn(server, protocol)], relayOnly: true };
        const [a, b] = await Promise.all([party(settings, "::1"), party(settings, "::1")]);
        try {
          await talk(a, b);
          const { local, remote } = a.transport.report!;
          assert.deepEqual([local?.type, local?.address], ["relay", "::1"]);
          assert.deepEqual([remote?.type, remote?.address], ["relay", "::1"]);
        } finally {
          a.transport.close();
          b.transport.close();
        }
      }),
  );
}

testWith(
  ["coturn", "ipv6"],
  "STUN over IPv6 sees no other address than our own, and a wrong TURN password is told",
  () =>
    withScratch(async (scratch) => {
      const server = await Coturn.start(scratch, { address: "::1" });
      const { address: host, port } = server;
      const wrong = { ...turn(server, "udp"), password: "not the password" };
      const gathering = gatherer({ stun: [{ host, port }], turn: [wrong] }, "::1");
      await gathering.gather();
      assert.deepEqual(gathering.failures.map(({ message }) => message), [
        `the TURN server [::1]:${port} (UDP) refused the user name or password of "alice" (401)`,
      ]);
      assert.deepEqual(typesOf(gathering), ["host"]);
      gathering.close();
    }),
);

testWith(
  ["coturn"],
  "TURN takes time-limited credentials of a shared secret",
  () =>
    withScratch(async (scratch) => {
      const server = await Coturn.start(scratch, { secret: "shared by service and server" });
      const gathering = gatherer({ turn: [turn(server, "udp")] });
      await gathering.gather();
      assert.deepEqual(gathering.failures, []);
      assert.deepEqual(typesOf(gathering), ["host", "relay"]);
      gathering.close();
    }),
);

testWith(
  ["coturn"],
  "TURN with a wrong password costs no time and is told",
  () =>
    withScratch(async (scratch) => {
      const server = await Coturn.start(scratch);
      const wrong = { ...turn(server, "udp"), password: "not the password" };
      const gathering = gatherer({ turn: [wrong] });
      await gathering.gather();
      assert.match(gathering.failures[0].message, /refused the user name or password of "alice"/);
      assert.ok(!gathering.failures[0].message.includes("not the password"));
      assert.deepEqual(typesOf(gathering), ["host"]);
      gathering.close();
    }),
);

testWith(
  ["coturn"],
  "STUN and TURN on one coturn, beside servers that are dead",
  () =>
    withScratch(async (scratch) => {
      const server = await Coturn.start(scratch);
      const { address: host, port } = server;
      const dead = freePorts();
      const gathering = gatherer({
        stun: [{ host, port }, { host, port: dead }],
        turn: [
          turn(server, "tcp"),
          { ...turn(server, "tcp"), port: dead },
          { ...turn(server, "udp"), port: dead },
        ],
      });
      await gathering.gather();
      const told = gathering.failures.map(({ message }) => message).sort();
      assert.equal(told.length, 3);
      assert.match(told[0], /^the STUN server .* did not answer within 2 s/);
      assert.match(told[1], /^the TURN server .*\(TCP\) cannot be reached/);
      assert.match(told[2], /^the TURN server .*\(UDP\) did not answer within 2 s/);
      assert.deepEqual(typesOf(gathering), ["host", "relay"]);
      gathering.close();
    }),
);

testWith(
  ["coturn"],
  "a policy of relays only does without a call when there is none",
  () =>
    withScratch(async (scratch) => {
      const server = await Coturn.start(scratch);
      const wrong = { ...turn(server, "udp"), password: "wrong" };
      await assert.rejects(
        gatherer({ turn: [wrong], relayOnly: true }).gather(),
        /there is no relay/,
      );
    }),
);
