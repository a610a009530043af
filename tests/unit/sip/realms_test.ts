/** Which challenges an account answers. */
import assert from "node:assert/strict";
import type { Account } from "../../../src/core/account/account.ts";
import type { OffhookError } from "../../../src/base/errors.ts";
import type { Challenge, DigestAlgorithm } from "../../../src/sip/auth/digest.ts";
import { Realms } from "../../../src/sip/auth/realms.ts";

function account(more: Partial<Account> = {}): Account {
  return {
    id: "desk",
    user: "alice",
    server: "pbx.example:5070",
    register: true,
    expires: 600,
    codecs: ["PCMU"],
    tls: { minVersion: "1.2", verify: true },
    ...more,
  };
}

function challenge(realm: string, algorithm: DigestAlgorithm = "MD5"): Challenge {
  return { realm, nonce: "n", algorithm, session: false, stale: false };
}

function refused(code: () => unknown): string {
  let message = "";
  assert.throws(code, (error: OffhookError) => {
    message = error.message;
    return error.code === "auth-refused";
  });
  return message;
}

Deno.test("realms are learnt from a registration, else from the first call, and not later", () => {
  const registered = new Realms(account());
  registered.admit([challenge("a"), challenge("b")], "all");
  for (const lesson of ["first", "none"] as const) {
    assert.equal(registered.admit([challenge("b"), challenge("evil")], lesson).length, 1);
    refused(() => registered.admit([challenge("evil")], lesson));
  }
  const calling = new Realms(account());
  refused(() => calling.admit([challenge("a")], "none"));
  calling.admit([challenge("a")], "first");
  calling.admit([challenge("a")], "none");
  refused(() => calling.admit([challenge("evil")], "first"));
});

Deno.test("the server's own names are its realms, and those that the configuration lists", () => {
  const realms = new Realms(account({
    outboundProxy: "sips:sbc.example:5061;transport=tcp",
    authRealms: ["Our Realm"],
  }));
  for (const own of ["pbx.example", "PBX.example:5070", "sbc.example", "Our Realm"]) {
    assert.equal(realms.admit([challenge(own)], "none").length, 1, own);
  }
  for (const other of ["pbx.example.evil", "example", "our realm", ""]) {
    refused(() => realms.admit([challenge(other)], "first"));
  }
});

Deno.test("whatever comes after SHA-256 for a realm, MD5 is never answered", () => {
  const realms = new Realms(account());
  const both = realms.admit([challenge("a"), challenge("a", "SHA-256")], "all");
  assert.deepEqual(both.map(({ algorithm }) => algorithm), ["SHA-256"]);
  assert.match(refused(() => realms.admit([challenge("a")], "all")), /although it offered SHA-256/);
  assert.equal(realms.admit([challenge("a", "SHA-512-256")], "none").length, 1);
  assert.equal(realms.admit([challenge("b")], "all").length, 1, "of another realm it may be");
});

Deno.test("endless realms at registration do not fill the memory", () => {
  const realms = new Realms(account());
  let taken = 0;
  for (let index = 0; index < 100; index++) {
    try {
      realms.admit([challenge(`r${index}`)], "all");
      taken += 1;
    } catch {
      // Refused: one too many.
    }
  }
  assert(taken < 20);
});
