/**
 * Certificates and DNS answers whose names drive a terminal: what is said of them in words, JSON and the
 * log shows the names, and nothing of the rest. `offhook` prints by the same three ways.
 */
import assert from "node:assert/strict";
import { OffhookError } from "../../../src/base/errors.ts";
import { openLog } from "../../../src/cli/phone/log.ts";
import { reportError } from "../../../src/cli/process/report_error.ts";
import { loadConfig } from "../../../src/config/file/load.ts";
import { issueCertificate } from "../../../src/lab/issue_certificate.ts";
import type { Resolver } from "../../../src/sip/dns/resolver.ts";
import { eventLog } from "../../../src/station/log/event_log.ts";
import { FakeIo } from "../../fakes/fake_io.ts";
import { RawUserAgent } from "../../fakes/raw_user_agent.ts";
import { type DnsTable, TableResolver } from "../../fakes/table_resolver.ts";
import { assertHarmless, HOSTILE, HOSTILE_LINES, MARK } from "../../support/hostile.ts";

const day = 86_400_000;
const valid = { validFrom: Date.now() - day, validTo: Date.now() + day };
const expired = { validFrom: Date.now() - 2 * day, validTo: Date.now() - day };
/** A certificate's text is UTF-8, which has no lone surrogates. */
const NAMES = [HOSTILE, HOSTILE_LINES.toWellFormed(), `${MARK}, DNS:${HOSTILE}\nO=${HOSTILE}`];

/** In all that is written of an error: nothing harmful, and what names it `isShown`. */
async function assertTold(thrown: unknown, isShown = true): Promise<void> {
  const error = OffhookError.from(thrown);
  assert.notEqual(error.code, "internal", error.message);
  for (const json of [false, true]) {
    for (const tty of [false, true]) {
      const io = new FakeIo({ tty: { stdout: tty, stderr: tty } });
      await reportError(error, io, json);
      assertHarmless(io.stdout.text, "standard output");
      assertHarmless(io.stderr.text, "standard error");
      const lines = io.stderr.text.split("\n");
      assert.equal(lines.length, 3, `${lines.length - 1} lines of words: ${io.stderr.text}`);
      assert.equal(io.stderr.text.includes(MARK), isShown, io.stderr.text);
      if (!json) continue;
      // What a program reads is the text as it came.
      assert.deepEqual(JSON.parse(io.stdout.text).error, JSON.parse(JSON.stringify(error)));
    }
  }
  for (const piped of ["words", "json"] as const) {
    const io = new FakeIo({});
    const { environment, cwd } = io;
    const log = await openLog(await loadConfig({ flags: {}, environment, cwd }), io, piped);
    const line = eventLog()({
      type: "connection",
      account: "a",
      connected: false,
      error: error.toJSON(),
      seq: 1,
      at: 0,
    })!;
    log.write(line.text, line.facts);
    log.close();
    assertHarmless(io.stderr.text, "log");
    assert.equal(io.stderr.text.trimEnd().split("\n").length, 1, io.stderr.text);
    assert.equal(io.stderr.text.includes(MARK), isShown, io.stderr.text);
  }
}

async function failureOf(action: Promise<unknown>): Promise<unknown> {
  try {
    await action;
  } catch (thrown) {
    return thrown;
  }
  throw new assert.AssertionError({ message: "it worked" });
}

interface Presented {
  cert: string;
  key: string;
  ca?: string;
}

/** What is said of a server that presents a certificate. */
async function connecting(certificate: Presented, transport: "tls" | "wss"): Promise<unknown> {
  const server = new RawUserAgent();
  const caFile = await Deno.makeTempFile({ suffix: ".pem" });
  try {
    const at = { host: "127.0.0.1", port: 0 };
    const { port } = await server.layer.listen(transport, at, { tls: certificate });
    const { ca } = certificate;
    if (ca !== undefined) await Deno.writeTextFile(caFile, ca);
    const client = new RawUserAgent({
      nextHop: { server: `127.0.0.1:${port}`, transport },
      tls: { minVersion: "1.2", verify: true, ...(ca === undefined ? {} : { caFile }) },
    });
    try {
      return await failureOf(client.layer.connect());
    } finally {
      await client.close();
    }
  } finally {
    await server.close();
    await Deno.remove(caFile);
  }
}

for (const [index, name] of NAMES.entries()) {
  Deno.test(`certificate names of kind ${index + 1}: subject, issuer, alternative names`, async () => {
    const authority = issueCertificate({ commonName: name, isAuthority: true, ...valid });
    const of = (commonName: string, names: string[], dates = valid) =>
      issueCertificate({ commonName, names, issuer: authority, ...dates });
    const cases: Presented[] = [
      // Its authority is not known: all of it is shown.
      of(name, [name]),
      of("plain", ["127.0.0.1"]),
      issueCertificate({ commonName: name, names: [name], ...valid }),
      // It is for somebody else: the names that it is for are listed.
      { ...of("plain", [name, `x.${name}`]), ca: authority.cert },
      { ...of(name, ["127.0.0.1"], expired), ca: authority.cert },
    ];
    for (const each of cases) {
      const error = OffhookError.from(await connecting(each, "tls"));
      assert.equal(error.code, "tls-failed");
      await assertTold(error);
    }
    await assertTold(await connecting(of(name, [name]), "wss"));
  });
}

Deno.test("a name inside another name is none: a certificate is for what it lists", async () => {
  const authority = issueCertificate({ commonName: "CA", isAuthority: true, ...valid });
  for (const names of [["x.example, IP Address:127.0.0.1"], ["x.example,IP Address:127.0.0.1"]]) {
    const issued = issueCertificate({ commonName: "x", names, issuer: authority, ...valid });
    const error = await connecting({ ...issued, ca: authority.cert }, "tls");
    assert.match(OffhookError.from(error).message, /it is not for 127\.0\.0\.1/);
  }
});

/** What is said of a server that the DNS knows as the table says. */
async function asking(table: DnsTable): Promise<unknown> {
  const resolver: Resolver = new TableResolver(table);
  const client = new RawUserAgent({ nextHop: { server: "pbx.example" }, resolver });
  try {
    return await failureOf(client.layer.connect());
  } finally {
    await client.close();
  }
}

Deno.test("DNS answers that are no names, no addresses, and no answers", async () => {
  const naptr = (service: string, flags: string, replacement: string) => ({
    order: 1,
    preference: 1,
    service,
    flags,
    replacement,
  });
  const srv = (target: string, port = 5060) => ({ priority: 1, weight: 1, target, port });
  for (const name of NAMES) {
    await assertTold(await asking({ a: { "pbx.example": new Error(name) } }));
    const silent: DnsTable[] = [
      { a: { "pbx.example": [name, "127.0.0.1\n"] } },
      { srv: { "_sip._tcp.pbx.example": [srv("t.example")] }, a: { "t.example": [name] } },
      { srv: { "_sip._udp.pbx.example": [srv(name)] } },
      { srv: { "_sip._udp.pbx.example": new Error(name) } },
      { naptr: { "pbx.example": [naptr("SIP+D2U", "s", name), naptr(name, "s", name)] } },
      { naptr: { "pbx.example": [naptr("SIP+D2U", name, "_sip._udp.pbx.example")] } },
    ];
    // These lead nowhere, and nothing of them is shown.
    for (const table of silent) await assertTold(await asking(table), false);
  }
});
