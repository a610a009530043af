/** What the guard does with every message of RFC 4475. */
import assert from "node:assert/strict";
import { scanBytes } from "../../../src/sip/message/scan.ts";

/**
 * `ok`: goes up to SIP.js and the user agent, which refuse the rest (unknown methods, unsupported
 * extensions, bodies and authentication schemes). A number: answered with it. `drop`: no answer.
 */
const EXPECTED: Record<string, "ok" | "drop" | number> = {
  // 3.1.1 Valid messages
  wsinv: "ok",
  intmeth: "ok",
  esc01: "ok",
  escnull: "ok",
  esc02: "ok",
  lwsdisp: "ok",
  longreq: "ok",
  dblreq: "ok",
  semiuri: "ok",
  transports: "ok",
  mpart01: "ok",
  unreason: "ok",
  noreason: "ok",
  // 3.1.2 Invalid messages
  badinv01: 400,
  clerr: 400,
  ncl: 400,
  scalar02: 400,
  scalarlg: "drop",
  quotbal: 400,
  ltgtruri: 400,
  lwsruri: 400,
  lwsstart: 400,
  trws: 400,
  escruri: 400,
  baddate: "ok",
  regbadct: 400,
  // RFC 4475 leaves both to the receiver: the meaning is clear, and a call would be lost.
  badaspec: "ok",
  baddn: "ok",
  badvers: 505,
  mismatch01: 400,
  mismatch02: 400,
  bigcode: "drop",
  // 3.2 Transaction layer semantics
  badbranch: "ok",
  // 3.3 Application layer semantics
  insuf: 400,
  unkscm: 416,
  novelsc: 416,
  unksm2: "ok",
  bext01: "ok",
  invut: "ok",
  regaut01: "ok",
  multi01: 400,
  mcl01: 400,
  bcast: "ok",
  zeromf: "ok",
  cparam01: "ok",
  cparam02: "ok",
  regescrt: "ok",
  sdp01: "ok",
  // 3.4 Backward compatibility
  inv2543: "ok",
};

const FOLDER = new URL("../../fixtures/rfc4475/", import.meta.url);

function read(name: string): Uint8Array {
  return Deno.readFileSync(new URL(`${name}.sip`, FOLDER));
}

Deno.test("every torture message has a verdict", () => {
  const files = [...Deno.readDirSync(FOLDER)].map((entry) => entry.name)
    .filter((name) => name.endsWith(".sip")).map((name) => name.slice(0, -4));
  assert.deepEqual(files.sort(), Object.keys(EXPECTED).sort());
});

for (const [name, expected] of Object.entries(EXPECTED)) {
  Deno.test(`torture message ${name}: ${expected}`, () => {
    const result = scanBytes(read(name));
    if (result.ok) return assert.equal("ok", expected);
    assert.equal(result.fault.status ?? "drop", expected, result.fault.reason);
  });
}

Deno.test("the tortuous INVITE is read through folds, blanks and compact names", () => {
  const result = scanBytes(read("wsinv"));
  assert(result.ok);
  const { message } = result;
  assert.equal(message.method, "INVITE");
  assert.equal(message.callId, "wsinv.ndaksdj@192.0.2.1");
  assert.equal(message.cseq, 9);
  assert.equal(message.via.transport, "UDP");
  assert.equal(message.via.host, "192.0.2.2");
  assert.equal(message.via.branch, "390skdjuw");
  assert.equal(message.text.length - message.bodyStart, 150);
});

Deno.test("a second request in the datagram is cut off (dblreq)", () => {
  const result = scanBytes(read("dblreq"));
  assert(result.ok);
  assert.equal(result.message.method, "REGISTER");
  assert(!result.message.text.includes("INVITE"));
});

Deno.test("a binary body keeps the octets' count (mpart01)", () => {
  const bytes = read("mpart01");
  const result = scanBytes(bytes);
  assert(result.ok, "553 octets are there, whatever their count as characters");
  assert.equal(result.message.via.rport, "");
});
