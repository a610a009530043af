/** Calls to us from a peer that is written by hand, and requests that a phone must know or refuse. */
import assert from "node:assert/strict";
import { description } from "./phone.ts";
import { RawPeer, type RequestOptions, sdp } from "./raw_peer.ts";
import { answered, withAccount, withPeer } from "./with_peer.ts";

Deno.test("an answer has what RFC 3261 §13.3.1.4 wants, and a reachable Contact", async () => {
  await withPeer(async (scene) => {
    const { ok } = await answered(scene, {
      headers: ["Record-Route: <sip:p2;lr>", "Record-Route: <sip:p1;lr>"],
    });
    assert.deepEqual(ok.headers("record-route"), ["<sip:p2;lr>", "<sip:p1;lr>"]);
    assert.equal(ok.contact, `sip:alice@${scene.phone.at}`);
    assert.match(ok.header("allow"), /UPDATE/);
    assert.ok(!/REGISTER|MESSAGE|SUBSCRIBE/.test(ok.header("allow")));
    assert.match(ok.header("supported"), /100rel.*replaces.*timer/);
    assert.match(ok.tag("to"), /^[0-9a-f]{24}$/);
    assert.match(ok.body, /c=IN IP4 127\.0\.0\.1/);
  });
});

Deno.test("a request that is beyond the grammar and clear rings, and is told once for each header", async () => {
  const cases: [header: string, more: RequestOptions][] = [
    ["From", { from: "<sip:peer@127.0.0.1>;;tag=odd" }],
    ["From", { from: "<sip:peer@127.0.0.1>;tag=odd;" }],
    ["From", { from: "<sip:peer@127.0.0.1>;tag=a=b" }],
    ["Contact", { contact: null, headers: ["Contact: <sip:peer@127.0.0.1:9;>"] }],
    ["To", { to: "Alice (desk) <sip:alice@127.0.0.1>" }],
    ["Request-URI", { uri: "sip:al%ice@127.0.0.1" }],
  ];
  for (const [header, more] of cases) {
    await withPeer(async ({ phone, peer, port }) => {
      for (const _ of [1, 2]) {
        peer.request("INVITE", port, { body: sdp(6000), ...more });
        const { call } = await phone.next("IncomingCall");
        phone.do({ type: "SendReject", call, status: 486 });
        await peer.next("486");
      }
      const told = phone.logs.filter((line) => line.includes("malformed"));
      assert.deepEqual(told, [`info the request is malformed: ${header} (INVITE)`]);
    });
  }
});

Deno.test("an INVITE passes each layer once on its way to the core", async () => {
  let stack = "";
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, { body: sdp(6000) });
    const { call } = await phone.next("IncomingCall");
    phone.do({ type: "SendReject", call, status: 486 });
    await peer.next("486");
  }, {
    react: (input) => {
      if (input.type !== "IncomingCall") return;
      Error.stackTraceLimit = 100;
      stack = new Error().stack ?? "";
      Error.stackTraceLimit = 10;
    },
  });
  const folders = stack.split("\n").flatMap((frame) =>
    /src\/sip\/((?:transport\b|\w+(?=\/))?)/.exec(frame)?.[1] ?? []
  );
  const passed = folders.reverse().filter((folder, at) => folder !== folders[at - 1]);
  assert.deepEqual(passed, ["transport", "library", "call"]);
});

Deno.test("an answer says who answers and what else was asked for; line ends are no way in", async () => {
  for (const [server, header] of [["", "asserted"], ["registrar.test", "preferred"]]) {
    await withPeer(async ({ phone, peer, port }) => {
      peer.request("INVITE", port, { body: sdp(6000) });
      const { call } = await phone.next("IncomingCall");
      const accept = { type: "SendAccept", call, description: description(5000) } as const;
      const evil = "x\r\nEvil: 1";
      phone.do({ ...accept, headers: [{ name: "X-Queue", value: evil }] });
      phone.do({ ...accept, from: { uri: "sip:a@b", displayName: evil } });
      phone.do({ ...accept, from: { uri: evil } });
      phone.do({
        ...accept,
        from: { uri: "sip:desk@example.test", displayName: 'The "Desk"' },
        headers: [{ name: "X-Queue", value: "sales" }],
      });
      const ok = await peer.next("200", "INVITE");
      assert.equal(ok.header("x-queue"), "sales");
      const word = ok.header(`p-${header}-identity`);
      assert.equal(word, String.raw`"The \"Desk\"" <sip:desk@example.test>`);
      assert.equal(ok.header("evil"), "");
    }, { account: { server } });
  }
});

Deno.test("a refusal carries the headers that were asked for", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, { body: sdp(6000) });
    const { call } = await phone.next("IncomingCall");
    const headers = [{ name: "Retry-After", value: "60" }];
    phone.do({ type: "SendReject", call, status: 480, headers });
    assert.equal((await peer.next("480", "INVITE")).header("retry-after"), "60");
  });
});

Deno.test("a CANCEL ends the ringing; its Reason says whether another phone answered", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    for (const [reason, elsewhere] of [["", false], ['SIP;cause=200;text="x"', true]] as const) {
      const invite = peer.request("INVITE", port, { body: sdp(6000) });
      await phone.next("IncomingCall");
      peer.request("CANCEL", port, {
        branch: /branch=([^;]+)/.exec(invite.header("via"))![1],
        from: invite.header("from"),
        callId: invite.header("call-id"),
        headers: reason === "" ? [] : [`Reason: ${reason}`],
      });
      await peer.next("200", "CANCEL");
      await peer.next("487", "INVITE");
      assert.equal((await phone.next("CallCancelled")).elsewhere, elsewhere);
    }
  });
});

Deno.test("tel: URIs may stand in From, To, Contact-less identity and the request URI", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, {
      uri: "tel:+4930555",
      from: '"Ann" <tel:+4930123;phone-context=x>;tag=a',
      to: "<tel:+4930555>",
      body: sdp(6000),
    });
    const call = await phone.next("IncomingCall");
    assert.deepEqual(call.from, { uri: "tel:+4930123;phone-context=x", displayName: "Ann" });
    assert.equal(call.to.uri, "tel:+4930555");
    phone.do({ type: "SendReject", call: call.call, status: 486 });
    assert.match((await peer.next("486")).header("from"), /tel:\+4930123/);
  });
});

Deno.test("P-Asserted-Identity and Remote-Party-ID count from the account's server only", async () => {
  await withAccount(async ({ phone, server, stranger, port }) => {
    for (const header of ["P-Asserted-Identity", "Remote-Party-ID"]) {
      for (const peer of [server, stranger]) {
        peer.request("INVITE", port, {
          from: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=a',
          headers: [`${header}: "Real" <sip:real@h>;party=calling`],
          body: sdp(6000),
        });
        const { from, call, origin, source } = await phone.next("IncomingCall");
        phone.do({ type: "SendReject", call, status: 480 });
        assert.deepEqual(
          [origin, source],
          peer === server ? ["server", "127.0.0.1"] : ["stranger", "127.0.0.2"],
        );
        assert.equal(from.uri, peer === server ? "sip:real@h" : "sip:anonymous@anonymous.invalid");
      }
    }
  });
});

Deno.test("without an account every caller is a stranger", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, {
      headers: ["P-Asserted-Identity: <sip:boss@h>"],
      body: sdp(6000),
    });
    const { from, origin, call } = await phone.next("IncomingCall");
    phone.do({ type: "SendReject", call, status: 480 });
    assert.equal(origin, "stranger");
    assert.equal(from.uri, `sip:peer@${peer.at}`);
  });
});

Deno.test("sips: request URIs are taken", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, { uri: "sips:alice@127.0.0.1", body: sdp(6000) });
    const { call } = await phone.next("IncomingCall");
    phone.do({ type: "SendReject", call, status: 603, reason: "Not\r\nnow" });
    assert.equal((await peer.next("603")).startLine, "SIP/2.0 603 Decline");
  });
});

Deno.test("automatic answer is asked for in several ways", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    const table: [string, number | undefined][] = [
      ["Call-Info: <sip:x>;answer-after=2", 2],
      ["Alert-Info: <http://x>;info=alert-autoanswer;delay=0", 0],
      ["Alert-Info: info=alert-autoanswer", 0],
      ["Answer-Mode: Auto", 0],
      ["Alert-Info: <http://x/bellcore-dr2>", undefined],
    ];
    for (const [header, seconds] of table) {
      peer.request("INVITE", port, { headers: [header], body: sdp(6000) });
      const { call, autoAnswerAfter } = await phone.next("IncomingCall");
      assert.equal(autoAnswerAfter, seconds, header);
      phone.do({ type: "SendReject", call, status: 480 });
    }
  });
});

Deno.test("an unknown Require is refused with 420 and Unsupported", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, {
      headers: ["Require: 100rel, nothingSupportsThis", "Require: nor-this"],
      body: sdp(6000),
    });
    const refusal = await peer.next("420");
    assert.equal(refusal.header("unsupported"), "nothingsupportsthis, nor-this");
    assert.equal(phone.inputs.length, 0);
  });
});

Deno.test("descriptions that cannot be taken are refused: 415, 488, 400", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, { headers: ["Content-Type: text/plain"], body: "hello" });
    assert.match((await peer.next("415")).header("accept"), /application\/sdp/);
    peer.request("INVITE", port, { body: sdp(6000).replace("audio", "video") });
    const { call, unusable } = await phone.next("IncomingCall");
    assert.equal(unusable?.code, "no-common-codec", "the core remembers who called");
    phone.do({ type: "SendReject", call, status: 488 });
    await peer.next("488");
    peer.request("INVITE", port, { body: "v=0\r\nm=audio x\r\n" });
    await peer.next("400");
    assert.equal(phone.inputs.length, 1);
  });
});

Deno.test("a description among other parts is taken", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, {
      headers: ["Content-Type: multipart/mixed;boundary=b"],
      body: `--b\r\nContent-Type: application/sdp\r\n\r\n${sdp(6000)}--b\r\n` +
        "Content-Type: application/isup\r\n\r\nxyz\r\n--b--\r\n",
    });
    const { call, offer } = await phone.next("IncomingCall");
    assert.equal(offer?.port, 6000);
    phone.do({ type: "SendReject", call, status: 486 });
    await peer.next("486");
  });
});

Deno.test("OPTIONS is answered for any user, alone and in a call", async () => {
  await withPeer(async (scene) => {
    const { peer, port } = scene;
    peer.request("OPTIONS", port, { uri: `sip:nobody@127.0.0.1:${port}`, contact: null });
    const ok = await peer.next("200", "OPTIONS");
    for (const name of ["allow", "accept", "supported"]) assert.notEqual(ok.header(name), "", name);
    const { invite, ok: answer } = await answered(scene);
    peer.inDialog("OPTIONS", invite, answer);
    await peer.next("200", "OPTIONS");
  });
});

Deno.test("methods without a use are refused as the RFCs say", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    const table: [method: string, status: string, headers?: string[]][] = [
      ["MESSAGE", "405"],
      ["SUBSCRIBE", "405", ["Event: presence"]],
      ["PUBLISH", "405"],
      ["REGISTER", "405"],
      ["FROBNICATE", "405"],
      ["NOTIFY", "489", ["Event: presence", "Subscription-State: active"]],
      ["REFER", "603", ["Refer-To: <sip:x@y>"]],
      ["PRACK", "481", ["RAck: 1 1 INVITE"]],
      ["UPDATE", "481"],
      ["INFO", "481"],
      ["BYE", "481"],
      ["CANCEL", "481"],
    ];
    for (const [method, status, headers = []] of table) {
      peer.request(method, port, { headers });
      const response = await peer.next(status, method);
      if (status === "405") assert.match(response.header("allow"), /INVITE/);
    }
    assert.equal(phone.inputs.length, 0);
  });
});

Deno.test("a merged request is refused with 482, a retransmission is not", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    const options = { callId: "merged", from: "<sip:x@y>;tag=m", body: sdp(6000) };
    peer.request("INVITE", port, { ...options, branch: "z9hG4bKm1" });
    const { call } = await phone.next("IncomingCall");
    peer.request("INVITE", port, { ...options, branch: "z9hG4bKm2" });
    await peer.next("482");
    peer.request("INVITE", port, { ...options, branch: "z9hG4bKm1" });
    phone.do({ type: "SendReject", call, status: 486 });
    await peer.next("486");
    assert.equal(peer.count("482"), 1);
  });
});

Deno.test("100rel: a required 180 and a described 183 are reliable, the 200 waits for PRACK", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    const invite = peer.request("INVITE", port, {
      headers: ["Require: 100rel"],
      body: sdp(6000),
    });
    const { call } = await phone.next("IncomingCall");
    phone.do({ type: "SendProgress", call, status: 180 });
    phone.do({ type: "SendProgress", call, status: 183, description: description(5000) });
    phone.do({ type: "SendAccept", call, description: description(5000) });
    const ringing = await peer.next("180");
    assert.match(ringing.header("require"), /100rel/);
    const rseq = Number(ringing.header("rseq"));
    assert.ok(rseq >= 1);
    // Not acknowledged: sent again.
    assert.equal((await peer.next("180")).header("rseq"), String(rseq));
    peer.inDialog("PRACK", invite, ringing, { headers: ["RAck: 1 1 INVITE"] });
    await peer.next("481", "PRACK");
    peer.inDialog("PRACK", invite, ringing, { cseq: 3, headers: [`RAck: ${rseq} 1 INVITE`] });
    await peer.next("200", "PRACK");
    const early = await peer.next("183");
    assert.equal(Number(early.header("rseq")), rseq + 1);
    assert.match(early.body, /m=audio 5000/);
    assert.equal(peer.count("200"), 1);
    peer.inDialog("PRACK", invite, early, { cseq: 4, headers: [`RAck: ${rseq + 1} 1 INVITE`] });
    await peer.next("200", "PRACK");
    const ok = await peer.next("200", "INVITE");
    peer.inDialog("ACK", invite, ok, { cseq: 1 });
    await phone.next("CallConfirmed");
  });
});

Deno.test("100rel: only supported, a plain 180 is not reliable but early media is", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, { headers: ["Supported: 100rel"], body: sdp(6000) });
    const { call } = await phone.next("IncomingCall");
    phone.do({ type: "SendProgress", call, status: 180 });
    assert.equal((await peer.next("180")).header("rseq"), "");
    phone.do({ type: "SendProgress", call, status: 183, description: description(5000) });
    assert.notEqual((await peer.next("183")).header("rseq"), "");
    phone.do({ type: "SendReject", call, status: 486 });
    await peer.next("486");
  });
});

Deno.test("a session interval that is too small is refused, a sound one is agreed on", async () => {
  await withPeer(async (scene) => {
    const { peer, port } = scene;
    peer.request("INVITE", port, {
      headers: ["Supported: timer", "Session-Expires: 30"],
      body: sdp(6000),
    });
    assert.equal((await peer.next("422")).header("min-se"), "90");
    const { ok } = await answered(scene, {
      headers: ["Supported: timer", "Session-Expires: 120"],
    });
    assert.equal(ok.header("session-expires"), "120;refresher=uac");
    assert.match(ok.header("require"), /timer/);
  });
});

Deno.test("redirection of a call by us names the contacts", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, { body: sdp(6000) });
    const { call } = await phone.next("IncomingCall");
    const contacts = ["sip:mobile@example.com", "tel:+49", "no uri\r\nX: 1"];
    phone.do({ type: "SendReject", call, status: 302, contacts });
    const moved = await peer.next("302");
    assert.deepEqual(moved.headers("contact"), ["<sip:mobile@example.com>", "<tel:+49>"]);
  });
});

Deno.test("an INVITE that expires is given up", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, { headers: ["Expires: 1"], body: sdp(6000) });
    await phone.next("IncomingCall");
    await peer.next("487");
    assert.equal((await phone.next("CallCancelled")).elsewhere, false);
  });
});

Deno.test("a phone with an account takes calls for its own user only, from strangers", async () => {
  const registrar = await RawPeer.open();
  const options = { account: { server: registrar.at } };
  await withPeer(async ({ phone, peer, port }) => {
    peer.request("INVITE", port, { uri: `sip:100@127.0.0.1:${port}`, body: sdp(6000) });
    await peer.next("404");
    peer.request("INVITE", port, { body: sdp(6000) });
    await phone.next("IncomingCall");
  }, options);
  await registrar.close();
});

Deno.test("a caller that writes bare LFs, a body of several parts included, is answered", async () => {
  await withPeer(async ({ phone, peer, port }) => {
    const send = peer.send.bind(peer);
    peer.send = (text, to) => send(text.replaceAll("\r\n", "\n"), to);
    const part = `--b\nContent-Type: application/sdp\n\n${sdp(6000).replaceAll("\r\n", "\n")}`;
    const invite = peer.request("INVITE", port, {
      headers: ["Content-Type: multipart/mixed;boundary=b"],
      body: `${part}\n--b--\n`,
    });
    const { call, offer } = await phone.next("IncomingCall");
    assert.equal(offer?.port, 6000);
    phone.do({ type: "SendAccept", call, description: description(5000) });
    peer.inDialog("ACK", invite, await peer.next("200", "INVITE"), { cseq: 1 });
    await phone.next("CallConfirmed");
  });
});
