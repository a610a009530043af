/** Peers that are not who they say: none of them ever gets keys. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { makeIdentity } from "../../../../src/media/transport/dtls/crypto/identity.ts";
import { CLIENT_IDENTITY, DtlsLink, SERVER_IDENTITY } from "../../../fakes/media/dtls_link.ts";

const STRANGER = makeIdentity(Date.now(), randomBytes);

Deno.test("a server with the victim's certificate and another key is refused", () => {
  const identity = { ...SERVER_IDENTITY, privateKey: STRANGER.privateKey };
  const link = new DtlsLink({ server: { identity } });
  link.run();
  assert.equal(link.client.keys, undefined);
  assert.equal(link.server.keys, undefined);
  assert.equal(link.client.failure?.code, "tls-failed");
  assert.match(link.client.failure!.message, /does not have the key/);
});

Deno.test("a client with the victim's certificate and another key is refused", () => {
  const identity = { ...CLIENT_IDENTITY, privateKey: STRANGER.privateKey };
  const link = new DtlsLink({ client: { identity } });
  link.run();
  assert.equal(link.client.keys, undefined);
  assert.equal(link.server.keys, undefined);
  assert.equal(link.server.failure?.code, "tls-failed");
  assert.match(link.server.failure!.message, /does not have the key/);
});

Deno.test("another certificate than the announced one ends the call within seconds, and is named", () => {
  for (const end of ["client", "server"] as const) {
    const link = new DtlsLink({ [end]: { identity: STRANGER } });
    link.run(4000);
    const victim = end === "client" ? link.server : link.client;
    assert.equal(victim.failure?.code, "tls-failed", end);
    assert.match(victim.failure!.message, /another certificate than signalling announced/);
    assert.ok(victim.failure!.hint);
    assert.deepEqual([link.client.keys, link.server.keys], [undefined, undefined]);
  }
});

Deno.test("a stranger who answers first does not end a handshake with the peer", () => {
  const stranger = new DtlsLink({ server: { identity: STRANGER } });
  const link = new DtlsLink({
    fate: (datagram, from) => {
      if (from === "client" && stranger.server.sent.length === 0) {
        // He sees the ClientHello, and answers it sooner than the peer.
        stranger.server.association.start();
        stranger.server.association.receive(datagram);
        for (const forged of stranger.server.sent) link.client.association.receive(forged);
      }
      return [5];
    },
  });
  link.run();
  assert.ok(link.isConnected);
});

Deno.test("an alert without protection ends nothing; it is told when nothing better comes", () => {
  const alert = Uint8Array.of(21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40);
  const link = new DtlsLink({
    fate: () => {
      link.client.association.receive(alert);
      link.server.association.receive(alert);
      return [5];
    },
  });
  link.run();
  assert.ok(link.isConnected);
  const refusing = new DtlsLink({ fate: () => [] });
  refusing.client.association.start();
  refusing.client.association.receive(alert);
  refusing.clock.advance(14_000);
  assert.equal(refusing.client.failure, undefined);
  refusing.clock.advance(2000);
  assert.match(refusing.client.failure!.message, /handshake failure/);
});

Deno.test("nothing that is replayed or comes without protection is heeded once connected", () => {
  const link = new DtlsLink();
  link.run(50);
  const everything = [...link.client.sent, ...link.server.sent];
  const before = everything.length;
  for (const datagram of everything) {
    link.client.association.receive(datagram);
    link.server.association.receive(datagram);
  }
  link.clock.advance(1000);
  assert.equal(link.client.sent.length + link.server.sent.length, before);
  const closing = Uint8Array.of(21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 1, 0);
  link.client.association.receive(closing);
  assert.equal(link.client.closed, false);
});
