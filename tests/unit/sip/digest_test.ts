/** Digest authentication against the examples of its RFCs. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import {
  authorization,
  type Challenge,
  parseChallenges,
  strongestPerRealm,
} from "../../../src/sip/auth/digest.ts";

const RFC7616: Challenge = {
  realm: "http-auth@example.org",
  nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
  opaque: "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
  algorithm: "MD5",
  session: false,
  qop: "auth",
  stale: false,
};
const MUFASA = { username: "Mufasa", password: "Circle of Life" };
const GET = { method: "GET", uri: "/dir/index.html", body: "" };
const USE = { count: 1, cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ" };

function response(value: string): string | undefined {
  return /response="([^"]*)"/.exec(value)?.[1];
}

function hash(name: string, text: string): string {
  return createHash(name).update(text).digest("hex");
}

Deno.test("the examples of RFC 7616 §3.9.1: MD5 and SHA-256", () => {
  const md5 = authorization(RFC7616, MUFASA, GET, USE);
  assert.equal(response(md5), "8ca523f5e9506fed4657c9700eebdbec");
  const sha256 = authorization({ ...RFC7616, algorithm: "SHA-256" }, MUFASA, GET, USE);
  assert.equal(
    response(sha256),
    "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
  );
  assert.match(sha256, /algorithm=SHA-256/);
  assert.match(sha256, /nc=00000001/);
  assert.match(sha256, /opaque="FQhe\/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"/);
});

Deno.test("the example of RFC 7616 §3.9.2 as its erratum 4897 corrects it: SHA-512-256, UTF-8", () => {
  const value = authorization(
    {
      realm: "api@example.org",
      nonce: "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
      algorithm: "SHA-512-256",
      session: false,
      qop: "auth",
      stale: false,
      userhash: true,
    },
    { username: "J\u00e4s\u00f8n Doe", password: "Secret, or not?" },
    { method: "GET", uri: "/doe.json", body: "" },
    { count: 1, cnonce: "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v" },
  );
  assert.equal(
    response(value),
    "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5",
  );
  assert.match(
    value,
    /username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b", .*userhash=true/,
  );
});

Deno.test("the challenge of RFC 2069 is answered without nonce count", () => {
  const challenge: Challenge = {
    realm: "testrealm@host.com",
    nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
    algorithm: "MD5",
    session: false,
    stale: false,
  };
  const value = authorization(challenge, { ...MUFASA, password: "CircleOfLife" }, GET, USE);
  assert.equal(response(value), "1949323746fe6a43ef61f9606e7febea");
  assert.doesNotMatch(value, /nc=|cnonce=|qop=/);
});

Deno.test("-sess binds the secret to the nonces, auth-int the body", () => {
  const request = { method: "INVITE", uri: "sip:b@h", body: "v=0\r\n" };
  const challenge: Challenge = {
    realm: "r",
    nonce: "n",
    algorithm: "SHA-256",
    session: true,
    qop: "auth-int",
    stale: false,
  };
  const sha = (text: string) => hash("sha256", text);
  const secret = sha(`${sha("u:r:p")}:n:c`);
  const expected = sha(
    `${secret}:n:0000000a:c:auth-int:${sha(`INVITE:sip:b@h:${sha("v=0\r\n")}`)}`,
  );
  const use = { count: 10, cnonce: "c" };
  const value = authorization(challenge, { username: "u", password: "p" }, request, use);
  assert.equal(response(value), expected);
  assert.match(value, /algorithm=SHA-256-sess.*qop=auth-int, nc=0000000a, cnonce="c"/);
});

Deno.test("quotes in a user name are escaped, not sent as they are", () => {
  const value = authorization(RFC7616, { username: 'a"b\\', password: "p" }, GET, USE);
  assert.match(value, /username="a\\"b\\\\"/);
});

Deno.test("challenges are found in one line and in several, other schemes are passed over", () => {
  const found = parseChallenges([
    'Bearer realm="x", Digest realm="a, b", nonce="1", qop="auth-int,auth", algorithm=sha-256-sess',
    'DIGEST nonce="2",realm="c",stale=TRUE , opaque=""',
    'Digest realm="d", nonce="3", algorithm=SHA-1',
    'Digest realm="e"',
    'Digest realm="f", nonce="4", qop="strange"',
  ]);
  assert.deepEqual(found, [
    {
      realm: "a, b",
      nonce: "1",
      algorithm: "SHA-256",
      session: true,
      qop: "auth",
      stale: false,
    },
    { realm: "c", nonce: "2", opaque: "", algorithm: "MD5", session: false, stale: true },
  ]);
});

Deno.test("a Digest challenge is found behind any other scheme and with careless commas", () => {
  const expected = parseChallenges(['Digest realm="y", nonce="1", qop="auth"']);
  assert.equal(expected.length, 1);
  for (
    const value of [
      'Basic realm="x", Digest realm="y", nonce="1", qop=auth',
      'Negotiate, Digest realm="y", nonce="1", qop=auth',
      'NTLM , Negotiate YWJj==, Digest realm="y",nonce="1",qop=auth',
      'Digest realm="y", nonce="1", qop="auth", Basic realm="x"',
      'Digest realm="y", nonce="1", qop=auth, Negotiate',
      'Digest realm="y", nonce="1", qop="auth",',
      ', Digest realm="y",, nonce="1" ,, qop="auth" , ',
      'Digest  realm = "y" , nonce= "1", qop ="auth"',
      'Digest realm="y" nonce="1" qop="auth"',
      'Digest realm="y"; nonce="1"; qop="auth"',
      'digest realm="y",\tnonce="1", qop=auth,auth-int',
      'Digest qop=auth,auth-int, realm="y", nonce="1"',
      'Digest , realm="y", nonce=1, qop="auth", @ :',
    ]
  ) {
    assert.deepEqual(parseChallenges([value]), expected, value);
  }
});

Deno.test("the strongest algorithm wins in each realm", () => {
  const of = (realm: string, algorithm: Challenge["algorithm"]): Challenge => ({
    ...RFC7616,
    realm,
    algorithm,
  });
  const best = strongestPerRealm([
    of("a", "MD5"),
    of("b", "SHA-256"),
    of("a", "SHA-512-256"),
    of("b", "MD5"),
    of("a", "SHA-256"),
  ]);
  assert.deepEqual(best.map(({ realm, algorithm }) => `${realm} ${algorithm}`), [
    "a SHA-512-256",
    "b SHA-256",
  ]);
});

Deno.test("no header value makes the parser throw or hang", () => {
  const piece = fc.constantFrom("Digest ", "realm=", '"', "\\", ",", " ", "nonce", "=", "x", "\t");
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.array(piece, { maxLength: 60 }).map((list) => list.join(""))),
      (value) => {
        for (const challenge of parseChallenges([value])) assert.notEqual(challenge.nonce, null);
      },
    ),
  );
  const startedAt = performance.now();
  parseChallenges([`Digest ${" ,".repeat(100_000)}`, "Digest " + "a".repeat(200_000)]);
  parseChallenges([`Digest ${"@".repeat(200_000)}`, `Digest a="${"\\".repeat(200_001)}`]);
  assert.ok(performance.now() - startedAt < 1_000);
});
