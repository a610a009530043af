/** The key schedule of TLS 1.2 against published values, and how SRTP's keys are cut from it. */
import assert from "node:assert/strict";
import { prf } from "../../../../src/media/transport/dtls/crypto/key_schedule.ts";
import {
  materialLength,
  SRTP_PROFILES,
  srtpKeys,
} from "../../../../src/media/transport/dtls/crypto/srtp_profiles.ts";
import { hex } from "../../../fakes/media/dtls_link.ts";

const octets = (text: string) => Uint8Array.from(text.match(/../g)!, (pair) => parseInt(pair, 16));

Deno.test("the pseudorandom function gives the published octets", () => {
  const sha256 = prf(
    "sha256",
    octets("9bbe436ba940f017b17652849a71db35"),
    "test label",
    octets("a0ba9f936cda311827a6f796ffd5198c"),
    100,
  );
  assert.equal(
    hex(sha256),
    "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a" +
      "6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab" +
      "4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701" +
      "87347b66",
  );
  const sha384 = prf(
    "sha384",
    octets("b80b733d6ceefcdc71566ea48e5567df"),
    "test label",
    octets("cd665cf6a8447dd6ff8b27555edb7465"),
    148,
  );
  assert.equal(
    hex(sha384),
    "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cd" +
      "e9ca0faa60be9fe34f82b1233c9146a0e534cb400fed2700884f9dc236f80edd" +
      "8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d918425" +
      "9b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee6" +
      "91c8f3a26854308d5eaa3be85e0990703d73e56f",
  );
});

Deno.test("exported material is cut in the order of RFC 5764: both keys, then both salts", () => {
  for (const profile of SRTP_PROFILES) {
    const { keyLength, saltLength } = profile;
    const material = Uint8Array.from({ length: materialLength(profile) }, (_, index) => index);
    const client = srtpKeys(profile, material, "client");
    const server = srtpKeys(profile, material, "server");
    assert.deepEqual([client.local, client.remote], [server.remote, server.local]);
    assert.equal(client.local.key[0], 0);
    assert.equal(client.remote.key[0], keyLength);
    assert.equal(client.local.salt[0], 2 * keyLength);
    assert.equal(client.remote.salt[0], 2 * keyLength + saltLength);
    assert.equal(client.remote.salt.at(-1), material.length - 1);
  }
});
