/** Calls whose keys come by DTLS, between two engines: sound, new keys, strangers. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type {
  Fingerprint,
  Keying,
  NegotiatedStream,
  SrtpSuite,
} from "../../../../src/core/media/media_description.ts";
import { fingerprintOf } from "../../../../src/media/transport/dtls/crypto/fingerprint.ts";
import { makeIdentity } from "../../../../src/media/transport/dtls/crypto/identity.ts";
import { EngineBench, type EngineParty, TONE } from "../../../fakes/media/engine_call.ts";

const SUITE: SrtpSuite = "AES_CM_128_HMAC_SHA1_80";
const STRANGER = fingerprintOf(makeIdentity(Date.now(), randomBytes).certificate);

function announced(party: EngineParty): Fingerprint {
  return party.of("MediaOpened")[0]!.fingerprint!;
}

function keying(
  role: "active" | "passive",
  peer: Fingerprint | EngineParty,
  suites: SrtpSuite[] = [SUITE],
): Partial<NegotiatedStream> {
  const fingerprint = "hash" in peer ? peer : announced(peer);
  const dtls: Keying = { kind: "dtls", role, fingerprints: [fingerprint], suites };
  return { keying: dtls, rtcpMux: true };
}

async function openedCall(): Promise<EngineBench> {
  return await EngineBench.open(TONE, TONE, undefined, true);
}

async function securedCall(suites?: SrtpSuite[]): Promise<EngineBench> {
  const bench = await openedCall();
  await bench.a.start(bench.b, keying("active", bench.b, suites));
  await bench.b.start(bench.a, keying("passive", bench.a, suites));
  await bench.run(1000);
  return bench;
}

for (const suite of ["AEAD_AES_256_GCM", "AEAD_AES_128_GCM", SUITE] as SrtpSuite[]) {
  Deno.test(`a call gets keys for ${suite}, and sound and reports both ways`, async () => {
    const bench = await securedCall([suite]);
    await bench.run(11_000);
    for (const [party, peer] of [[bench.a, bench.b], [bench.b, bench.a]] as const) {
      const { report } = party;
      assert.ok(report.received > 500 && report.lost === 0, JSON.stringify(report));
      assert.ok(Math.abs(report.receivedLevel - report.sentLevel) < 1);
      assert.ok(report.rtcpReceived > 0);
      const [secured, ...more] = party.of("MediaSecured");
      assert.deepEqual(secured, {
        type: "MediaSecured",
        call: party.call,
        suite,
        fingerprint: announced(peer),
      });
      assert.deepEqual(more, []);
    }
    await bench.close();
  });
}

Deno.test("a ClientHello that comes before the description of its sender is answered at once", async () => {
  const bench = await openedCall();
  await bench.a.start(bench.b, keying("active", bench.b));
  await bench.run(60);
  assert.ok(bench.net.sent.some(({ data }) => data[0] === 22));
  // What the peer sent is lost from now on; what came is enough for the first answer.
  bench.net.fate = ({ from }) => from.address === bench.a.address ? [] : [1];
  await bench.b.start(bench.a, keying("passive", bench.a));
  await bench.run(20);
  assert.ok(bench.net.sent.some(({ data, from }) => data[0] === 22 && from.address === "10.0.0.2"));
  bench.net.fate = () => [1];
  await bench.run(3000);
  assert.ok(bench.a.report.received > 50);
  await bench.close();
});

Deno.test("without keys nothing goes out but the handshake", async () => {
  const bench = await openedCall();
  await bench.a.start(bench.b, keying("active", bench.b));
  await bench.run(5000);
  const kinds = new Set(bench.net.sent.map(({ data }) => data[0]));
  assert.deepEqual([...kinds], [22]);
  await bench.close();
});

Deno.test("a certificate that was not announced ends the call, which says why", async () => {
  const bench = await openedCall();
  await bench.a.start(bench.b, keying("active", STRANGER));
  await bench.b.start(bench.a, keying("passive", bench.a));
  await bench.run(6000);
  const [failed] = bench.a.of("MediaFailed");
  assert.equal(failed?.error.code, "tls-failed");
  assert.match(failed!.error.message, /another certificate than signalling announced/);
  assert.equal(bench.a.of("MediaSecured").length, 0);
  assert.equal(bench.b.of("MediaHeard").length, 0);
  await bench.b.close();
});

Deno.test("an announced certificate that changes in mid-call begins another handshake, without a gap", async () => {
  const bench = await securedCall();
  await bench.run(2000);
  const twice = (party: EngineParty) => [announced(party), STRANGER];
  const again = (role: "active" | "passive", peer: EngineParty): Partial<NegotiatedStream> => ({
    keying: { kind: "dtls", role, fingerprints: twice(peer), suites: [SUITE] },
    rtcpMux: true,
  });
  await bench.a.start(bench.b, again("passive", bench.b));
  await bench.run(40);
  await bench.b.start(bench.a, again("active", bench.a));
  await bench.run(3000);
  for (const party of [bench.a, bench.b]) {
    assert.equal(party.of("MediaSecured").length, 2);
    assert.ok(
      party.report.lost <= 1 && party.report.concealedMs <= 20,
      JSON.stringify(party.report),
    );
  }
  await bench.close();
});

Deno.test("a changed certificate that the peer does not have ends the call", async () => {
  const bench = await securedCall();
  await bench.a.start(bench.b, keying("active", STRANGER));
  await bench.b.start(bench.a, {
    keying: {
      kind: "dtls",
      role: "passive",
      fingerprints: [announced(bench.a), STRANGER],
      suites: [SUITE],
    },
    rtcpMux: true,
  });
  await bench.run(6000);
  assert.equal(bench.a.of("MediaFailed")[0]?.error.code, "tls-failed");
  await bench.b.close();
});

Deno.test("the same description again keeps the keys", async () => {
  const bench = await securedCall();
  await bench.a.start(bench.b, keying("active", bench.b));
  await bench.b.start(bench.a, keying("passive", bench.a));
  await bench.run(2000);
  assert.equal(bench.a.of("MediaSecured").length, 1);
  assert.equal(bench.a.report.lost, 0);
  await bench.close();
});

Deno.test("what strangers send to the media port changes nothing before and during a call", async () => {
  const bench = await openedCall();
  const flood = () => {
    for (const address of ["10.0.0.66", bench.a.address, bench.b.address]) {
      for (const to of [bench.a, bench.b]) {
        for (const first of [20, 21, 22, 23, 63]) {
          const data = Uint8Array.from(randomBytes(200));
          data.set([first, 0xfe, 0xfd, 0, first % 2]);
          const from = { address, port: to === bench.a ? bench.b.port : bench.a.port };
          bench.net.inject({ data, from, to: { address: to.address, port: to.port } });
        }
      }
    }
  };
  flood();
  await bench.run(10);
  await bench.a.start(bench.b, keying("active", bench.b));
  await bench.b.start(bench.a, keying("passive", bench.a));
  for (let times = 0; times < 100; times++) {
    flood();
    await bench.run(20);
  }
  await bench.run(1000);
  for (const party of [bench.a, bench.b]) {
    assert.equal(party.of("MediaSecured").length, 1);
    assert.equal(party.report.lost, 0);
    assert.ok(party.report.received > 100);
  }
  await bench.close();
});
