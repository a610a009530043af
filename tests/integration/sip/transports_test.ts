/** Every transport on loopback, IPv4 and IPv6: requests and responses both ways. */
import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import type { TransportName } from "../../../src/core/account/account.ts";
import { answer } from "../../../src/sip/message/answer.ts";
import { header } from "../../../src/sip/message/sip_message.ts";
import { issueCertificate } from "../../../src/lab/issue_certificate.ts";
import { contactUri, rawRequest, RawUserAgent, VIA_HOST } from "../../fakes/raw_user_agent.ts";
import { Phone } from "./phone.ts";

const TRANSPORTS: TransportName[] = ["udp", "tcp", "tls", "ws", "wss"];
const hasIPv6 = Object.values(networkInterfaces()).flat().some((each) => each?.address === "::1");
const HOSTS = ["127.0.0.1", ...(hasIPv6 ? ["::1"] : [])];

const day = 86_400_000;
const validity = { validFrom: Date.now() - day, validTo: Date.now() + day };
const authority = issueCertificate({ commonName: "Test CA", isAuthority: true, ...validity });
const certificate = issueCertificate({
  commonName: "pbx",
  names: ["127.0.0.1", "::1"],
  issuer: authority,
  ...validity,
});

async function trusting(
  run: (tls: { minVersion: "1.2"; verify: true; caFile: string }) => Promise<void>,
) {
  const caFile = await Deno.makeTempFile({ suffix: ".pem" });
  try {
    await Deno.writeTextFile(caFile, authority.cert);
    await run({ minVersion: "1.2", verify: true, caFile });
  } finally {
    await Deno.remove(caFile);
  }
}

for (const transport of TRANSPORTS) {
  for (const host of HOSTS) {
    const bracketed = host.includes(":") ? `[${host}]` : host;
    Deno.test(`${transport} over ${bracketed}: a request, its response, and one back`, () =>
      trusting(async (tls) => {
        const server = new RawUserAgent();
        const at = await server.layer.listen(transport, { host, port: 0 }, { tls: certificate });
        const nextHop = { server: `${bracketed}:${at.port}`, transport };
        const client = new RawUserAgent({ nextHop, tls });
        try {
          const flow = await client.layer.connect();
          assert.deepEqual(flow.remote, at);
          assert.equal(flow.local.host, host);
          await client.layer.send(rawRequest({ method: "REGISTER", uri: "sip:example.com" }));
          await server.until("REGISTER", () => server.received.length > 0);
          const { message, flow: back } = server.received[0];
          assert.equal(back.transport, transport);
          assert.deepEqual(back.remote, flow.local);
          assert.equal(message.via.transport, transport.toUpperCase());
          assert.equal(message.via.received, host);
          assert.equal(message.via.rport, String(flow.local.port));
          const isWeb = transport === "ws" || transport === "wss";
          const parameter = isWeb
            ? ";transport=ws"
            : transport === "udp"
            ? ""
            : `;transport=${transport}`;
          const reachable = isWeb ? VIA_HOST : `${bracketed}:${flow.local.port}`;
          assert.equal(contactUri(message), `sip:a1b2@${reachable}${parameter}`);

          await server.layer.send(answer(message, 200));
          await client.until("200", () => client.received.length > 0);
          const response = client.received[0].message;
          assert.equal(response.status, 200);
          // The Via is what SIP.js wrote, or it would drop the response.
          assert.equal(response.via.host, VIA_HOST);
          assert.equal(response.via.received, undefined);
          assert.equal(flow.publicAddress, undefined);

          server.routes.set("phone.invalid", back);
          await server.layer.send(rawRequest({ method: "OPTIONS", uri: "sip:a1b2@phone.invalid" }));
          await client.until("OPTIONS", () => client.received.length > 1);
          assert.equal(client.received[1].flow, flow);
        } finally {
          await client.close();
          await server.close();
        }
      }));

    Deno.test(`${transport} over ${bracketed}: a phone registers`, () =>
      trusting(async (tls) => {
        const server = new RawUserAgent({
          onRequest: (request) =>
            answer(request, 200, { headers: [`Contact: <${contactUri(request)}>;expires=60`] }),
        });
        const at = await server.layer.listen(transport, { host, port: 0 }, { tls: certificate });
        const registrar = `${bracketed}:${at.port}`;
        const phone = new Phone({ account: { server: registrar, transport, register: true, tls } });
        try {
          phone.agent.start();
          phone.do({ type: "Register", account: "test" });
          let { registration } = await phone.next("RegistrationChanged");
          while (registration.state === "registering" || registration.state === "none") {
            ({ registration } = await phone.next("RegistrationChanged"));
          }
          assert.deepEqual(registration, { state: "registered", expires: 60 });
        } finally {
          await phone.stop();
          await server.close();
        }
      }));
  }
}

Deno.test("a direct call finds its way by URI, Route and dialog", async () => {
  const called = new RawUserAgent();
  const proxy = new RawUserAgent();
  const caller = new RawUserAgent();
  try {
    const at = await called.layer.listen("tcp", { host: "127.0.0.1", port: 0 });
    const via = await proxy.layer.listen("udp", { host: "127.0.0.1", port: 0 });
    const uri = `sip:bob@127.0.0.1:${at.port};transport=tcp`;
    const flow = await caller.layer.flowToward(uri);
    assert.equal(flow.transport, "tcp");
    await caller.layer.send(rawRequest({ method: "INVITE", uri, callId: "dialog" }));
    await called.until("INVITE", () => called.received.length === 1);
    const route = `Route: <sip:127.0.0.1:${via.port};lr>, <sip:other.example;lr>`;
    await caller.layer.send(rawRequest({ method: "MESSAGE", uri, headers: [route] }));
    await proxy.until("MESSAGE", () => proxy.received.length === 1);

    // The called party's in-dialog request goes back on the connection, whatever the Contact says.
    const bye = rawRequest({
      method: "BYE",
      uri: "sip:alice@192.0.2.99:5060;transport=tcp",
      callId: "dialog",
    });
    await called.layer.send(bye);
    await caller.until(
      "BYE",
      () => caller.received.some(({ message }) => message.method === "BYE"),
    );
    assert.equal(caller.received.at(-1)!.flow, flow);
  } finally {
    await caller.close();
    await called.close();
    await proxy.close();
  }
});

Deno.test("an INVITE's CANCEL and the ACK to its 487 take its flow and branch", async () => {
  const called = new RawUserAgent();
  const caller = new RawUserAgent();
  try {
    const at = await called.layer.listen("udp", { host: "127.0.0.1", port: 0 });
    const ids = { uri: `sip:bob@127.0.0.1:${at.port}`, branch: "z9hG4bKsame", callId: "c" };
    await caller.layer.send(rawRequest({ method: "INVITE", ...ids }));
    await called.until("INVITE", () => called.received.length === 1);
    const invite = called.received[0].message;
    await called.layer.send(answer(invite, 180, { toTag: "t" }));
    await caller.until("180", () => caller.received.length === 1);
    await caller.layer.send(rawRequest({ method: "CANCEL", ...ids, uri: "sip:bob@192.0.2.1" }));
    await called.until("CANCEL", () => called.received.length === 2);
    assert.equal(called.received[1].message.via.branch, "z9hG4bKsame");
    await called.layer.send(answer(invite, 487, { toTag: "t" }));
    await caller.until("487", () => caller.received.length === 2);
    await caller.layer.send(rawRequest({ method: "ACK", ...ids, uri: "sip:bob@192.0.2.1" }));
    await called.until("ACK", () => called.received.length === 3);
    assert.equal(called.received[2].message.method, "ACK");
  } finally {
    await caller.close();
    await called.close();
  }
});

Deno.test("responses on UDP go to rport, or to sent-by's port where it was not asked for", async () => {
  const server = new RawUserAgent({ onRequest: (request) => answer(request, 200) });
  const [source, listening] = [0, 0].map((port) =>
    Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port })
  );
  try {
    const at = await server.layer.listen("udp", { host: "127.0.0.1", port: 0 });
    const port = (listening.addr as Deno.NetAddr).port;
    const text = (rport: string, branch: string) =>
      rawRequest({ method: "OPTIONS", uri: "sip:x@h", branch })
        .replace(
          `${VIA_HOST};branch=${branch};rport`,
          `127.0.0.1:${port};branch=${branch}${rport}`,
        );
    const to: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port: at.port };
    await source.send(new TextEncoder().encode(text("", "z9hG4bKa")), to);
    const [first] = await listening.receive();
    assert.match(new TextDecoder().decode(first), /^SIP\/2\.0 200/);
    await source.send(new TextEncoder().encode(text(";rport", "z9hG4bKb")), to);
    const [second] = await source.receive();
    const sourcePort = (source.addr as Deno.NetAddr).port;
    assert.match(
      new TextDecoder().decode(second),
      new RegExp(`received=127\\.0\\.0\\.1;rport=${sourcePort}`),
    );
  } finally {
    source.close();
    listening.close();
    await server.close();
  }
});

Deno.test("an address that no host has, or no port, is not taken for ours", async () => {
  const server = new RawUserAgent();
  const client = new RawUserAgent();
  try {
    const at = await server.layer.listen("udp", { host: "127.0.0.1", port: 0 });
    const uri = `sip:bob@127.0.0.1:${at.port}`;
    const lies = [
      "received=0.0.0.0;rport=40000",
      "received=224.0.0.1;rport=40000",
      "received=255.255.255.255;rport=40000",
      "received=203.0.113.7;rport=0",
      "received=203.0.113.7;rport=70000",
    ];
    for (const [index, lie] of lies.entries()) {
      const flow = await client.layer.send(rawRequest({ method: "OPTIONS", uri }));
      await server.until("OPTIONS", () => server.received.length === index + 1);
      const response = answer(server.received[index].message, 200);
      await server.layer.send(response.replace(/received=[^;\r]*;rport=\d+/, lie));
      await client.until("200", () => client.received.length === index + 1);
      assert.equal(flow.publicAddress, undefined, lie);
    }
  } finally {
    await client.close();
    await server.close();
  }
});

Deno.test("an address that a response tells is in the next Contact", async () => {
  const server = new RawUserAgent();
  const client = new RawUserAgent();
  try {
    const at = await server.layer.listen("udp", { host: "127.0.0.1", port: 0 });
    const uri = `sip:bob@127.0.0.1:${at.port}`;
    await client.layer.send(rawRequest({ method: "OPTIONS", uri }));
    await server.until("OPTIONS", () => server.received.length === 1);
    const lie = answer(server.received[0].message, 200)
      .replace(/received=[^;\r]*;rport=\d+/, "received=203.0.113.7;rport=40000");
    await server.layer.send(lie);
    const { flow } = await client.event("public-address");
    assert.deepEqual(flow.publicAddress, { host: "203.0.113.7", port: 40000 });
    assert.deepEqual(client.layer.contactOf(flow), {
      host: "203.0.113.7",
      port: 40000,
      transport: undefined,
    });
    await client.layer.send(rawRequest({ method: "OPTIONS", uri }));
    await server.until("OPTIONS", () => server.received.length === 2);
    assert.equal(contactUri(server.received[1].message), "sip:a1b2@203.0.113.7:40000");
    assert.equal(header(server.received[1].message, "via")?.includes("203.0.113.7"), false);
  } finally {
    await client.close();
    await server.close();
  }
});
