/** When the DTLS stage begins a handshake: at once, or when ICE below has found a way. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { NegotiatedStream } from "../../../../src/core/media/media_description.ts";
import { fingerprintOf } from "../../../../src/media/transport/dtls/crypto/fingerprint.ts";
import { makeIdentity } from "../../../../src/media/transport/dtls/crypto/identity.ts";
import { DtlsTransport } from "../../../../src/media/transport/dtls/dtls_transport.ts";
import type { MediaTransport, Receiver } from "../../../../src/media/transport/media_transport.ts";
import { streamTo } from "../../../fakes/media_party.ts";
import { VirtualClock } from "../../../fakes/virtual_clock.ts";

const IDENTITY = makeIdentity(Date.now(), randomBytes);
const ICE: NegotiatedStream["ice"] = {
  local: { ufrag: "us", password: "0123456789012345678901" },
  remote: { ufrag: "them", password: "0123456789012345678901", candidates: [] },
  controlling: true,
};

class Below implements MediaTransport {
  receiver: Receiver | undefined;
  rtpPort = 4000;
  rtcpPort = 4001;
  muxed = true;
  sent: Uint8Array[] = [];
  hasWay = false;
  use(): void {}
  confirm(): void {}
  permits(): boolean {
    return this.hasWay;
  }
  send(_kind: string, data: Uint8Array): void {
    this.sent.push(data.slice());
  }
  facts() {
    return {};
  }
  close(): void {}
}

function stage(role: "active" | "passive", ice: NegotiatedStream["ice"]) {
  const [below, clock] = [new Below(), new VirtualClock()];
  const failures: string[] = [];
  const dtls = new DtlsTransport(below, { clock, identity: IDENTITY }, {
    connected: () => {},
    failed: ({ message }) => failures.push(message),
  });
  const fingerprints = [fingerprintOf(IDENTITY.certificate)];
  const suites = ["AES_CM_128_HMAC_SHA1_80" as const];
  const stream: NegotiatedStream = {
    ...streamTo(5000, "PCMU"),
    keying: { kind: "dtls", role, fingerprints, suites },
    ...(ice === undefined ? {} : { ice }),
  };
  dtls.use(stream, "192.0.2.7");
  return { below, clock, dtls, failures, stream };
}

Deno.test("without ICE a client begins at once", () => {
  const { below, dtls } = stage("active", undefined);
  assert.equal(below.sent.length, 1);
  dtls.close();
});

Deno.test("over ICE a client waits for a way, as long as that takes, and begins then", () => {
  const { below, clock, dtls, failures } = stage("active", ICE);
  clock.advance(19_000);
  assert.deepEqual([below.sent.length, failures.length], [0, 0]);
  below.hasWay = true;
  below.receiver!.ready!();
  assert.equal(below.sent.length, 1);
  clock.advance(16_000);
  assert.equal(failures.length, 1, "15 s from the beginning");
  dtls.close();
  assert.equal(clock.pending, 0);
});

Deno.test("a server answers a ClientHello at once; over ICE, which proved the peer, without a cookie", () => {
  for (const ice of [undefined, ICE]) {
    const [client, server] = [stage("active", undefined), stage("passive", ice)];
    server.below.receiver!.handshake!(client.below.sent[0]!);
    const flight = server.below.sent[0]!;
    // Handshake type behind the record's header.
    assert.equal(flight[13], ice === undefined ? 3 : 2);
    client.dtls.close();
    server.dtls.close();
  }
});

Deno.test("a peer that moved gets a new handshake, and keeps its keys when it does not answer it", () => {
  const [client, server] = [stage("active", undefined), stage("passive", undefined)];
  const exchange = () => {
    for (const datagram of client.below.sent.splice(0)) server.below.receiver!.handshake!(datagram);
    for (const datagram of server.below.sent.splice(0)) client.below.receiver!.handshake!(datagram);
  };
  for (let flight = 0; flight < 4; flight++) exchange();
  assert.equal(client.below.sent.length, 0);
  client.dtls.use({ ...client.stream, remotePort: 6000 }, "192.0.2.8");
  assert.equal(client.below.sent.length, 1);
  client.clock.advance(20_000);
  assert.deepEqual(client.failures, []);
  client.dtls.close();
  server.dtls.close();
});
