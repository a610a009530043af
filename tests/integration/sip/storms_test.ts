/** Servers that would have a request repeated for ever, in virtual time: no storm comes of it. */
import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { VirtualClock } from "../../fakes/virtual_clock.ts";
import { Phone, type PhoneOptions } from "./phone.ts";
import { RawMessage, RawPeer, sdp } from "./raw_peer.ts";

/** Longer than a round trip on loopback. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 2));

/** Lets virtual time pass in steps, with time for the network between them. */
async function passing(clock: VirtualClock, seconds: number): Promise<void> {
  for (let step = 0; step < seconds * 2; step++) {
    await pause();
    clock.advance(500);
  }
  await pause();
}

type Answer = (registrar: RawPeer, request: RawMessage, count: number) => void;

function answering(status: number, ...headers: string[]): Answer {
  return (registrar, request) => registrar.reply(request, status, { headers, contact: null });
}

function granting(expires: string): Answer {
  return (registrar, request) =>
    registrar.reply(request, 200, {
      contact: null,
      headers: [`Contact: <${request.contact}>;expires=${expires}`],
    });
}

function seenElsewhere(expires: string): Answer {
  return (registrar, request, count) => {
    const elsewhere = `;rport=${1024 + count};received=192.0.2.7`;
    const moved = request.text.replace(/(Via: [^\r\n]*?);rport[^;\r\n]*/, `$1${elsewhere}`);
    granting(expires)(registrar, new RawMessage(moved, request.from), count);
  };
}

const challenge = (realm: string, more = "") => `WWW-Authenticate: Digest realm="${realm}"${more}`;

/** What a registrar answers, and how many REGISTERs that may bring about in two minutes. */
const REGISTRARS: [name: string, answer: Answer, most: number][] = [
  ["grants 0 s", granting("0"), 8],
  ["grants 0 s in Expires", answering(200, "Expires: 0"), 8],
  ["grants 1 s", granting("1"), 61],
  ["grants 999,999,999 s", granting("999999999"), 1],
  ["grants a number that is none", granting("-1"), 1],
  ["says 503, again at once", answering(503, "Retry-After: 0"), 8],
  ["says 500, again at once", answering(500, "Retry-After: 0"), 8],
  ["says 403, again at once", answering(403, "Retry-After: 0"), 8],
  ["says 600, again at once", answering(600, "Retry-After: 0"), 8],
  ["says 503, again in 60 s", answering(503, "Retry-After: 60"), 3],
  ["says 503, again in years", answering(503, "Retry-After: 999999999"), 1],
  ["redirects to itself", answering(302, "Contact: <sip:127.0.0.1>", "Retry-After: 0"), 8],
  ["wants ever longer intervals", (registrar, request, count) => {
    answering(423, `Min-Expires: ${600 + count}`, "Retry-After: 0")(registrar, request, count);
  }, 32],
  ["has a new realm each time", (registrar, request, count) => {
    answering(401, challenge(`r${count}`, ', nonce="n"'))(registrar, request, count);
  }, 7],
  ["has a new nonce each time", (registrar, request, count) => {
    answering(401, challenge("r", `, nonce="${count}", stale=true`))(registrar, request, count);
  }, 7],
  [
    "has a challenge of 50 kB",
    answering(401, challenge("r", `, nonce="${"n".repeat(50_000)}"`)),
    1,
  ],
  ["sees us elsewhere each time", seenElsewhere("300"), 8],
];

for (const [name, answer, most] of REGISTRARS) {
  Deno.test(`a registrar that ${name} gets ${most} REGISTERs in two minutes at most`, async () => {
    await withRegistrar(async ({ registrar, phone, clock }) => {
      let count = 0;
      registrar.script = (message) => {
        if (message.kind === "REGISTER") answer(registrar, message, ++count);
      };
      phone.do({ type: "Register", account: "test" });
      await passing(clock, 120);
      const sent = new Set(registrar.received.map((message) => message.header("cseq")));
      assert.ok(sent.size >= 1 && sent.size <= most, `${sent.size} REGISTERs`);
    });
  });
}

Deno.test("a phone whose address changes all the time still refreshes before its binding lapses", async () => {
  await withRegistrar(async ({ registrar, phone, clock }) => {
    const times: number[] = [];
    registrar.script = (message) => {
      if (message.kind !== "REGISTER") return;
      times.push(clock.now());
      seenElsewhere("30")(registrar, message, times.length);
    };
    phone.do({ type: "Register", account: "test" });
    await passing(clock, 300);
    const gaps = times.slice(1).map((at, i) => at - times[i]!);
    assert.ok(Math.max(...gaps) < 30_000, `ms between REGISTERs: ${gaps.join(", ")}`);
  });
});

Deno.test("a grant of 0 s is told as a failure, with the next try", async () => {
  await withRegistrar(async ({ registrar, phone }) => {
    registrar.script = (message) => granting("0")(registrar, message, 1);
    phone.do({ type: "Register", account: "test" });
    assert.equal((await phone.next("RegistrationChanged")).registration.state, "registering");
    const { registration } = await phone.next("RegistrationChanged");
    assert.ok(registration.state === "failed");
    assert.deepEqual([registration.status, registration.error.code], [200, "declined"]);
    assert.equal(registration.retryInMs, 3_000);
  });
});

Deno.test("a server that says 503 and hangs up is not asked before its Retry-After", async () => {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("data", (bytes) => {
      const request = new RawMessage(bytes.toString(), { port: 0 });
      if (request.kind !== "REGISTER") return;
      seen.push(request.header("cseq"));
      const same = ["Via", "From", "To", "Call-ID", "CSeq"].map((name) =>
        `${name}: ${request.header(name)}`
      );
      const lines = ["SIP/2.0 503 Full", ...same, "Retry-After: 90", "Content-Length: 0", "", ""];
      socket.end(lines.join("\r\n"));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const clock = new VirtualClock();
  const account = { server: `127.0.0.1:${port}`, transport: "tcp" as const };
  const phone = new Phone({ clock, random: () => 0.5, account });
  phone.agent.start();
  phone.do({ type: "Register", account: "test" });
  await phone.next("ConnectionChanged");
  try {
    while (seen.length === 0) await pause();
    await passing(clock, 80);
    assert.deepEqual(seen, ["1 REGISTER"]);
    assert.ok(sockets.size > 1, "it connected again meanwhile");
    await passing(clock, 30);
    assert.ok(seen.length >= 2, "it is asked again afterwards");
  } finally {
    const stopped = phone.stop();
    await passing(clock, 5);
    await stopped;
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** What a peer answers to an INVITE, and how many INVITEs that may bring about. */
const CALLEES: [name: string, answer: Answer, most: number][] = [
  ["has a new realm each time", (peer, request, count) => {
    answering(401, challenge(`r${count}`, ', nonce="n"'))(peer, request, count);
  }, 7],
  ["wants ever longer sessions", (peer, request, count) => {
    answering(422, `Min-SE: ${1800 + count}`)(peer, request, count);
  }, 4],
  ["sends us on for ever", (peer, request, count) => {
    answering(302, `Contact: <sip:x${count}@${peer.at}>`)(peer, request, count);
  }, 11],
  ["sends us on, with a challenge at each place", (peer, request, count) => {
    if (count % 3 === 0) {
      answering(302, `Contact: <sip:x${count}@${peer.at}>`)(peer, request, count);
    } else answering(401, challenge(`r${count}`, ', nonce="n"'))(peer, request, count);
  }, 70],
];

for (const [name, answer, most] of CALLEES) {
  Deno.test(`a callee that ${name} gets ${most} INVITEs at most`, async () => {
    await withRegistrar(async ({ registrar, phone, clock }) => {
      let count = 0;
      registrar.script = (message) => {
        if (message.kind === "INVITE") answer(registrar, message, ++count);
      };
      phone.dial("c", `sip:x@${registrar.at}`);
      await passing(clock, 40);
      const sent = new Set(
        registrar.received.filter(({ kind }) => kind === "INVITE").map((each) =>
          each.header("cseq")
        ),
      );
      assert.ok(sent.size > 1 && sent.size <= most, `${sent.size} INVITEs`);
      await phone.next("CallRejected");
    });
  });
}

Deno.test("a session of one second is refreshed every ten", async () => {
  await withRegistrar(async ({ registrar, phone, clock }) => {
    const headers = ["Session-Expires: 1;refresher=uac", "Allow: UPDATE"];
    registrar.script = (message) => {
      if (message.kind === "INVITE") registrar.reply(message, 200, { headers, body: sdp(7000) });
      if (message.kind === "UPDATE") registrar.reply(message, 200, { headers });
    };
    phone.dial("c", `sip:x@${registrar.at}`);
    await phone.next("CallAccepted");
    await passing(clock, 60);
    const { size } = new Set(
      registrar.received.filter(({ kind }) => kind === "UPDATE").map((each) => each.header("cseq")),
    );
    assert.ok(size >= 4 && size <= 6, `${size} UPDATEs`);
  });
});

interface Scene {
  phone: Phone;
  registrar: RawPeer;
  clock: VirtualClock;
}

async function withRegistrar(
  run: (scene: Scene) => Promise<void>,
  options: PhoneOptions = {},
): Promise<void> {
  const registrar = await RawPeer.open();
  const clock = new VirtualClock();
  const phone = new Phone({
    clock,
    random: () => 0.5,
    ...options,
    account: { server: registrar.at, register: true },
  });
  phone.agent.start();
  await phone.next("ConnectionChanged");
  try {
    await run({ phone, registrar, clock });
  } finally {
    const stopped = phone.stop();
    await passing(clock, 5);
    await stopped;
    await registrar.close();
  }
}
