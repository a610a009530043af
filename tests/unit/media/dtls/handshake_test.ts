/** DTLS handshakes between both of our roles, in virtual time. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { fingerprintOf } from "../../../../src/media/transport/dtls/crypto/fingerprint.ts";
import { makeIdentity } from "../../../../src/media/transport/dtls/crypto/identity.ts";
import { SRTP_PROFILES } from "../../../../src/media/transport/dtls/crypto/srtp_profiles.ts";
import { CLIENT_IDENTITY, DtlsLink, hex, SERVER_IDENTITY } from "../../../fakes/media/dtls_link.ts";

Deno.test("both ends get the same keys, each its own direction, in two round trips", () => {
  const link = new DtlsLink();
  link.run(20);
  assert.ok(link.isConnected);
  const { local, remote, suite } = link.client.keys!;
  assert.equal(suite, "AES_CM_128_HMAC_SHA1_80");
  assert.notEqual(hex(local.key), hex(remote.key));
  assert.deepEqual([local.key.length, local.salt.length], [16, 14]);
  assert.equal(link.client.sent.length + link.server.sent.length, 4);
  assert.equal(link.clock.pending, 0, "nothing is repeated any more");
  link.close();
});

Deno.test("the server takes its favourite of the profiles that the client offers", () => {
  const only = (suite: string) => SRTP_PROFILES.filter((profile) => profile.suite === suite);
  for (const { suite, keyLength, saltLength } of SRTP_PROFILES) {
    const link: DtlsLink = new DtlsLink({ client: { profiles: only(suite) } });
    link.run();
    assert.ok(link.isConnected, suite);
    const { key, salt } = link.server.keys!.local;
    assert.deepEqual([key.length, salt.length], [keyLength, saltLength]);
  }
  const backwards = new DtlsLink({ server: { profiles: SRTP_PROFILES.toReversed() } });
  backwards.run();
  assert.equal(backwards.client.keys!.suite, SRTP_PROFILES.at(-1)!.suite);
});

Deno.test("without a profile in common both say so", () => {
  const [first, second] = SRTP_PROFILES;
  const link: DtlsLink = new DtlsLink({
    client: { profiles: [first!] },
    server: { profiles: [second!] },
  });
  link.run();
  assert.equal(link.server.failure?.code, "media-failed");
  assert.match(link.server.failure!.message, /no SRTP profile/);
  assert.equal(link.client.failure?.code, "media-failed");
  assert.match(link.client.failure!.message, /handshake failure|does not finish/);
});

Deno.test("a server that demands a cookie costs a round trip and sends little before it", () => {
  const link: DtlsLink = new DtlsLink({ server: { demandCookie: true } });
  link.run(30);
  assert.ok(link.isConnected);
  assert.equal(link.client.sent.length + link.server.sent.length, 6);
  assert.ok(link.server.sent[0]!.length < link.client.sent[0]!.length);
});

Deno.test("keys exist only after both Finished", () => {
  let held: Uint8Array | undefined;
  const link: DtlsLink = new DtlsLink({
    fate: (datagram, from) => {
      const isLast = from === "server" && link.client.sent.length >= 2;
      if (isLast) held = datagram;
      return isLast ? [] : [5];
    },
  });
  link.run(14);
  assert.ok(link.client.sent.length === 2 && link.server.keys === undefined);
  link.clock.advance(100);
  assert.ok(held !== undefined && link.server.keys !== undefined);
  assert.equal(link.client.keys, undefined);
  link.client.association.receive(held);
  assert.ok(link.isConnected);
});

Deno.test("a lost last flight is asked for again by the client's repetition", () => {
  let lost = 0;
  const link: DtlsLink = new DtlsLink({
    fate: (_, from) =>
      from === "server" && link.server.keys === undefined &&
        link.client.sent.length >= 2 && lost++ < 3
        ? []
        : [5],
  });
  link.run();
  assert.ok(link.isConnected);
  assert.equal(link.clock.pending, 0);
});

Deno.test("close_notify ends a connected association at both ends, once", () => {
  const link = new DtlsLink();
  link.run(50);
  link.client.association.close();
  link.client.association.close();
  link.clock.advance(50);
  assert.deepEqual([link.server.closed, link.client.closed], [true, false]);
  assert.equal(link.server.failure, undefined);
});

Deno.test("a peer that never answers is given up after 15 s, and told why", () => {
  const link: DtlsLink = new DtlsLink({ fate: () => [] });
  link.run(14_900);
  const ends = [link.client, link.server];
  assert.ok(ends.every(({ failure }) => failure === undefined));
  link.clock.advance(200);
  assert.equal(link.client.failure?.code, "media-failed");
  assert.equal(link.server.failure?.code, "media-failed");
  assert.ok(link.client.sent.length < 25, `${link.client.sent.length} datagrams`);
  assert.equal(link.clock.pending, 0);
});

Deno.test("one of several announced fingerprints is enough, of the strongest hash function", () => {
  const old = makeIdentity(Date.now(), randomBytes);
  const { certificate } = SERVER_IDENTITY;
  const several = [
    fingerprintOf(old.certificate, "sha-256"),
    fingerprintOf(certificate, "sha-256"),
  ];
  const good = new DtlsLink({ client: { fingerprints: several } });
  good.run();
  assert.ok(good.isConnected);
  const strong = [fingerprintOf(certificate, "sha-256"), fingerprintOf(old.certificate, "sha-512")];
  const bad = new DtlsLink({ client: { fingerprints: strong } });
  bad.run();
  assert.equal(bad.client.failure?.code, "tls-failed");
});

Deno.test("a peer of which no usable fingerprint was announced is never believed", () => {
  const sha1 = { hash: "sha-1", value: fingerprintOf(CLIENT_IDENTITY.certificate).value };
  for (const fingerprints of [[], [sha1]]) {
    const link: DtlsLink = new DtlsLink({ server: { fingerprints } });
    link.run();
    assert.equal(link.server.keys, undefined);
    assert.equal(link.server.failure?.code, "tls-failed");
    assert.equal(link.client.keys, undefined);
  }
});
