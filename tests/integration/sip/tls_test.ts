/** Every way in which TLS can be refused, and what is then said. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import net from "node:net";
import tls from "node:tls";
import type { TlsSettings, TransportName } from "../../../src/core/account/account.ts";
import { OffhookError } from "../../../src/base/errors.ts";
import { issueCertificate, type IssuedCertificate } from "../../../src/lab/issue_certificate.ts";
import type { ListenTls } from "../../../src/sip/transport/flow/types.ts";
import { answer } from "../../../src/sip/message/answer.ts";
import { RawUserAgent } from "../../fakes/raw_user_agent.ts";

const day = 86_400_000;
const now = Date.now();
const valid = { validFrom: now - day, validTo: now + day };
const authority = issueCertificate({ commonName: "Test CA", isAuthority: true, ...valid });
const stranger = issueCertificate({ commonName: "Other CA", isAuthority: true, ...valid });
const issued = (
  names: string[],
  dates = valid,
  issuer: IssuedCertificate | undefined = authority,
) => issueCertificate({ commonName: names[0], names, issuer, ...dates });
const good = issued(["127.0.0.1", "pbx.example"]);

interface Refusal {
  certificate: ListenTls;
  settings?: Partial<TlsSettings>;
  transport?: "tls" | "wss";
}

/** Connects to a listener with that certificate; the layer of both is closed afterwards. */
async function attempt({ certificate, settings, transport = "tls" }: Refusal): Promise<void> {
  const folder = await Deno.makeTempDir();
  const server = new RawUserAgent({ onRequest: (request) => answer(request, 200) });
  try {
    const at = await server.layer.listen(transport, { host: "127.0.0.1", port: 0 }, {
      tls: certificate,
    });
    const paths: Record<string, string> = {};
    const pems = { ca: authority.cert, client: good.cert, key: good.key };
    for (const [name, pem] of Object.entries(pems)) {
      paths[name] = `${folder}/${name}.pem`;
      await Deno.writeTextFile(paths[name], pem);
    }
    const wish: TlsSettings = { minVersion: "1.2", verify: true, caFile: paths.ca, ...settings };
    if (wish.certFile !== undefined) {
      Object.assign(wish, { certFile: paths.client, keyFile: paths.key });
    }
    const nextHop = { server: `127.0.0.1:${at.port}`, transport };
    const client = new RawUserAgent({ nextHop, tls: wish });
    try {
      await client.layer.connect();
      // TLS 1.3 tells a missing client certificate only after the handshake.
      const answered = client.ask({ method: "OPTIONS", uri: "sip:x@127.0.0.1" });
      const lost = client.event("next-hop-lost").then(({ error }) => {
        if (error !== undefined) throw OffhookError.fromJSON(error);
      });
      lost.catch(() => {});
      await Promise.race([answered, lost]);
      answered.catch(() => {});
      const { message } = await answered;
      if (message.status === 503) await lost;
    } finally {
      await client.close();
    }
  } finally {
    await server.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function refused(refusal: Refusal): Promise<OffhookError> {
  try {
    await attempt(refusal);
  } catch (error) {
    assert(error instanceof OffhookError, String(error));
    assert.equal(error.code, "tls-failed", error.message);
    assert.equal(error.exitCode, 12);
    assert(error.hint !== undefined && error.hint.length > 10);
    return error;
  }
  throw new Error("it was accepted");
}

for (const transport of ["tls", "wss"] as const) {
  Deno.test(`${transport}: a certificate of the given authority is accepted`, () =>
    attempt({ certificate: good, transport }));

  Deno.test(`${transport}: a self-signed certificate is refused, and shown`, async () => {
    const certificate = issueCertificate({ commonName: "selfie", names: ["127.0.0.1"], ...valid });
    const error = await refused({ certificate, transport });
    assert.match(error.message, /self-signed/);
    assert.match(error.message, /CN=selfie, issued by CN=selfie/);
    assert.match(error.message, new RegExp(new Date(valid.validTo).toISOString().slice(0, 10)));
    assert.match(error.hint!, /ca_file/);
    const facts = error.data?.certificate as { fingerprint: string };
    assert.equal(facts.fingerprint, new X509Certificate(certificate.cert).fingerprint256);
  });

  Deno.test(`${transport}: an expired certificate is refused with its date`, async () => {
    const certificate = issued(["127.0.0.1"], { validFrom: now - 9 * day, validTo: now - 2 * day });
    const error = await refused({ certificate, transport });
    const ended = new Date(now - 2 * day).toISOString().slice(0, 10);
    assert.match(error.message, new RegExp(`expired on ${ended}`));
  });
}

Deno.test("a certificate for clients is refused for its extendedKeyUsage, whoever signed it", async () => {
  for (const issuer of [authority, stranger]) {
    const names = ["127.0.0.1"];
    const wish = { commonName: "pbx", names, issuer, isForClients: true, ...valid };
    const error = await refused({ certificate: issueCertificate(wish) });
    assert.match(error.message, /its extendedKeyUsage allows clientAuth, not serverAuth/);
    assert.match(error.hint!, /serverAuth/);
  }
});

Deno.test("a certificate that is not valid yet is refused", async () => {
  const certificate = issued(["127.0.0.1"], { validFrom: now + day, validTo: now + 9 * day });
  assert.match((await refused({ certificate })).message, /not valid yet/);
});

Deno.test("a certificate of an unknown authority is refused, and the authority named", async () => {
  const error = await refused({ certificate: issued(["127.0.0.1"], valid, stranger) });
  assert.match(error.message, /authority is not (trusted|known) here/);
  assert.match(error.message, /issued by CN=Other CA/);
});

Deno.test("a wrong name is refused, and the names that it has are listed", async () => {
  const certificate = issued(["sip.other.example", "192.0.2.9"]);
  const error = await refused({ certificate });
  assert.match(error.message, /not for 127\.0\.0\.1/);
  assert.match(error.message, /sip\.other\.example, 192\.0\.2\.9/);
  assert.match(error.hint!, /--tls-server-name/);
});

Deno.test("the name to verify may be set", async () => {
  const certificate = issued(["sip.other.example"]);
  await attempt({ certificate, settings: { serverName: "sip.other.example" } });
  const error = await refused({ certificate, settings: { serverName: "third.example" } });
  assert.match(error.message, /not for third\.example/);
});

Deno.test("a pin is checked besides the chain and the name", async () => {
  const { fingerprint256 } = new X509Certificate(good.cert);
  await attempt({ certificate: good, settings: { pin: fingerprint256 } });
  const loose = `sha256:${fingerprint256.replaceAll(":", "").toLowerCase()}`;
  await attempt({ certificate: good, settings: { pin: loose } });
  const renewed = await refused({
    certificate: issued(["127.0.0.1"]),
    settings: { pin: fingerprint256 },
  });
  assert.match(renewed.message, /not the pinned/);
  assert.match(renewed.message, new RegExp(fingerprint256));
  const other = issued(["other.example"]);
  const pin = new X509Certificate(other.cert).fingerprint256;
  assert.match((await refused({ certificate: other, settings: { pin } })).message, /not for/);
});

Deno.test("verify: false takes anything, but a pin still holds", async () => {
  const certificate = issueCertificate({ commonName: "x", names: ["x.example"], ...valid });
  await attempt({ certificate, settings: { verify: false } });
  const { fingerprint256: pin } = new X509Certificate(good.cert);
  assert.match(
    (await refused({ certificate, settings: { verify: false, pin } })).message,
    /pinned/,
  );
});

Deno.test("a server that wants a client certificate gets it, or says so", async () => {
  const certificate = { ...good, clientCa: authority.cert };
  await attempt({ certificate, settings: { certFile: "client" } });
  assert.match((await refused({ certificate })).message, /wants a client certificate/);
});

async function withServer(server: net.Server, run: (port: number) => Promise<void>): Promise<void> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket) => sockets.add(socket.on("error", () => {})));
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await run((server.address() as net.AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

async function errorAt(
  port: number,
  transport: TransportName,
  settings: Partial<TlsSettings> = {},
) {
  const nextHop = { server: `127.0.0.1:${port}`, transport };
  const client = new RawUserAgent({
    nextHop,
    tls: { minVersion: "1.2", verify: true, ...settings },
    connectTimeoutMs: 300,
  });
  try {
    await client.layer.connect();
  } catch (error) {
    assert(error instanceof OffhookError);
    return error;
  } finally {
    await client.close();
  }
  throw new Error("it connected");
}

Deno.test("no common TLS version is told apart from a port that speaks no TLS", async () => {
  const old = tls.createServer({ ...good, maxVersion: "TLSv1.2" });
  await withServer(old, async (port) => {
    const error = await errorAt(port, "tls", { minVersion: "1.3" });
    assert.equal(error.code, "tls-failed");
    assert.match(error.message, /share no TLS version/);
  });
  const plain = net.createServer((socket) => socket.write("SIP/2.0 400 What?\r\n\r\n"));
  await withServer(plain, async (port) => {
    const error = await errorAt(port, "tls");
    assert.equal(error.code, "tls-failed");
    assert.match(error.message, /does not speak TLS/);
  });
});

Deno.test("a server that takes the connection and never says a word is told, by name and port", async () => {
  await withServer(net.createServer(() => {}), async (port) => {
    for (const transport of ["tls", "wss", "ws"] as const) {
      const error = await errorAt(port, transport);
      assert.equal(error.code, transport === "ws" ? "unreachable" : "tls-failed");
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}`));
      assert.match(error.message, /server took the connection and did not answer the .* handshake/);
    }
  });
});

Deno.test("a server that speaks TLS and no WebSocket is no fault of TLS", async () => {
  await withServer(tls.createServer(good), async (port) => {
    const error = await errorAt(port, "wss", { verify: false });
    assert.equal(error.code, "unreachable");
    assert.match(error.message, /did not answer the WebSocket handshake/);
  });
});

Deno.test("a client key that is not the certificate's is named", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const certFile = `${folder}/client.pem`;
    const keyFile = `${folder}/client.key`;
    await Deno.writeTextFile(certFile, good.cert);
    await Deno.writeTextFile(keyFile, authority.key);
    const error = await errorAt(1, "tls", { certFile, keyFile });
    assert.equal(error.code, "file-unusable");
    assert.match(error.message, /client\.key as client key: it is not that of the client cert/);
    await Deno.writeTextFile(keyFile, "-----BEGIN NOTHING-----\n");
    assert.match((await errorAt(1, "tls", { certFile, keyFile })).message, /not a private key/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an unreadable CA file is named", async () => {
  const error = await errorAt(1, "tls", { caFile: "/nowhere/ca.pem" });
  assert.equal(error.code, "file-unusable");
  assert.match(error.message, /\/nowhere\/ca\.pem/);
});
