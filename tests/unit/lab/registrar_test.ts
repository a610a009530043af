/** The registrar of the practice PBX: digests, bindings, intervals. */
import assert from "node:assert/strict";
import { Registrar } from "../../../src/lab/registrar.ts";
import { authorization, parseChallenges } from "../../../src/sip/auth/digest.ts";
import { scanText } from "../../../src/sip/message/scan.ts";
import { header, headerFields, type SipMessage } from "../../../src/sip/message/sip_message.ts";
import type { Flow } from "../../../src/sip/transport/flow/types.ts";

const FLOW = {} as Flow;

class Scene {
  now = 1_000_000;
  readonly registrar = new Registrar({
    realm: "practice",
    users: new Map([["alice", "secret"]]),
    now: () => this.now,
    randomToken: () => crypto.randomUUID(),
  });

  send(lines: string[]): SipMessage {
    const request = [
      "REGISTER sip:practice SIP/2.0",
      "Via: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bK1",
      "From: <sip:alice@practice>;tag=1",
      "To: <sip:alice@practice>",
      "Call-ID: 1@test",
      "CSeq: 1 REGISTER",
      ...lines,
      "Content-Length: 0",
      "",
      "",
    ].join("\r\n");
    const scanned = scanText(request);
    assert.ok(scanned.ok);
    const response = scanText(this.registrar.register(scanned.message, FLOW));
    assert.ok(response.ok);
    return response.message;
  }

  /** Challenged once, then sent with credentials for the challenge at `index`. */
  register(lines: string[], password = "secret", index = 0): SipMessage {
    return this.send([this.authorize(password, index), ...lines]);
  }

  authorize(password = "secret", index = 0, username = "alice"): string {
    const challenged = this.send([]);
    assert.equal(challenged.status, 401);
    const values = headerFields(challenged, "www-authenticate").map((field) => field.value);
    const challenge = parseChallenges(values)[index];
    const credentials = { username, password };
    const request = { method: "REGISTER", uri: "sip:practice", body: "" };
    const use = { count: 1, cnonce: "abc" };
    return `Authorization: ${authorization(challenge, credentials, request, use)}`;
  }
}

const CONTACT = "Contact: <sip:alice@127.0.0.1:5999>";

Deno.test("both algorithms register, and the bindings come back", () => {
  for (const index of [0, 1]) {
    const scene = new Scene();
    const response = scene.register([CONTACT, "Expires: 60"], "secret", index);
    assert.equal(response.status, 200);
    assert.match(header(response, "contact") ?? "", /<sip:alice@127.0.0.1:5999>;expires=60/);
    assert.equal(scene.registrar.bindingsOf("alice").length, 1);
  }
});

Deno.test("a wrong password, an unknown user and another's credentials are refused", () => {
  const scene = new Scene();
  assert.equal(scene.register([CONTACT], "guess").status, 403);
  assert.equal(scene.send([scene.authorize("secret", 0, "mallory"), CONTACT]).status, 403);
  assert.equal(scene.registrar.bindingsOf("alice").length, 0);
});

Deno.test("a nonce that is old or never was is stale", () => {
  const scene = new Scene();
  const old = scene.authorize();
  scene.now += 600_000;
  const response = scene.send([old, CONTACT]);
  assert.equal(response.status, 401);
  assert.match(header(response, "www-authenticate") ?? "", /stale=true/);
  const made = old.replace(/nonce="[^"]*"/, 'nonce="mine"');
  assert.equal(scene.send([made, CONTACT]).status, 401);
});

Deno.test("bindings end with time, with expires=0 and with a star", () => {
  const scene = new Scene();
  scene.register([CONTACT, "Expires: 60"]);
  scene.now += 61_000;
  assert.deepEqual(scene.registrar.bindingsOf("alice"), []);
  scene.register([`${CONTACT};expires=30`]);
  assert.equal(scene.registrar.bindingsOf("alice").length, 1);
  scene.register([`${CONTACT};expires=0`]);
  assert.deepEqual(scene.registrar.bindingsOf("alice"), []);
  scene.register([CONTACT]);
  scene.register(["Contact: *", "Expires: 0"]);
  assert.deepEqual(scene.registrar.bindingsOf("alice"), []);
});

Deno.test("an interval too brief is 423 with the least one", () => {
  const response = new Scene().register([CONTACT, "Expires: 1"]);
  assert.equal(response.status, 423);
  assert.equal(header(response, "min-expires"), "5");
});
