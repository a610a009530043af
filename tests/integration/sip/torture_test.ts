/** Every message of RFC 4475 against a whole user agent: what it answers, and that it lives on. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { Phone } from "./phone.ts";
import { RawMessage, RawPeer } from "./raw_peer.ts";

/** A status; `call`: the core hears of a call; `none`: no answer is due. */
const EXPECTED: Record<string, number | "call" | "none"> = {
  // 3.1.1 Valid messages. The phone has no dialog for wsinv, and no use for REGISTER and MESSAGE.
  wsinv: 481,
  intmeth: 405,
  esc01: "call",
  escnull: 405,
  esc02: 405,
  lwsdisp: 200,
  longreq: "call",
  dblreq: 405,
  semiuri: 200,
  transports: 200,
  mpart01: 405,
  unreason: "none",
  noreason: "none",
  // 3.1.2 Invalid messages
  badinv01: 400,
  clerr: 400,
  ncl: 400,
  scalar02: 400,
  scalarlg: "none",
  quotbal: 400,
  ltgtruri: 400,
  lwsruri: 400,
  lwsstart: 400,
  trws: 400,
  escruri: 400,
  baddate: "call",
  regbadct: 400,
  // Odd, and clear.
  badaspec: 200,
  baddn: 200,
  badvers: 505,
  mismatch01: 400,
  mismatch02: 400,
  bigcode: "none",
  // 3.2 Transaction layer semantics
  badbranch: 200,
  // 3.3 Application layer semantics
  insuf: 400,
  unkscm: 416,
  novelsc: 416,
  unksm2: 405,
  bext01: 420,
  invut: 415,
  regaut01: 405,
  multi01: 400,
  mcl01: 400,
  bcast: "none",
  zeromf: 200,
  cparam01: 405,
  cparam02: 405,
  regescrt: 405,
  sdp01: 406,
  // 3.4 Backward compatibility
  inv2543: "call",
};

const FOLDER = new URL("../../fixtures/rfc4475/", import.meta.url);

for (const [name, expected] of Object.entries(EXPECTED)) {
  Deno.test(`torture message ${name}: ${expected}`, async () => {
    // Most have no rport: the answer goes to port 5060 of a host, so the trace is what tells it.
    const answers: RawMessage[] = [];
    const answered = Promise.withResolvers<void>();
    const trace = ({ direction, text }: { direction: string; text: string }) => {
      if (direction !== "out") return;
      answers.push(new RawMessage(text, { port: 0 }));
      if (answers.at(-1)!.kind !== "100") answered.resolve();
    };
    const phone = await Phone.listening({ transport: { trace } });
    const peer = await RawPeer.open();
    const port = Number(phone.at.split(":")[1]);
    const socket = createSocket("udp4");
    try {
      const message = Deno.readFileSync(new URL(`${name}.sip`, FOLDER));
      await new Promise<void>((resolve) =>
        socket.send(message, port, "127.0.0.1", () => resolve())
      );
      if (expected === "call") await phone.next("IncomingCall");
      else if (expected !== "none") {
        await answered.promise;
        assert.equal(answers[0].kind, String(expected));
      }
      // It still works as a phone does, and nothing of the message came to the core by mistake.
      peer.request("OPTIONS", port);
      await peer.next("200", "OPTIONS");
      if (expected === "none") assert.equal(answers.length, 1, "the OPTIONS alone is answered");
      assert.equal(phone.inputs.length, expected === "call" ? 1 : 0);
      assert.ok(!phone.logs.some((line) => line.startsWith("error")), phone.logs.join("\n"));
    } finally {
      await phone.stop();
      await peer.close();
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    }
  });
}
