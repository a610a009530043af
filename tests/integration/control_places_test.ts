/** The control API on TCP and TLS: tokens, roles, and what is refused. */
import assert from "node:assert/strict";
import type { Listen } from "../../src/control/server/server.ts";
import { RemotePhone } from "../../src/control/client/remote_phone.ts";
import { OffhookError } from "../../src/base/errors.ts";
import { stationSchema } from "../../src/config/schema/station_schema.ts";
import { controlPlaces } from "../../src/station/service/control_places.ts";
import { issueCertificate } from "../../src/lab/issue_certificate.ts";
import { servedCore } from "../fakes/served_core.ts";

const VIEWER = "viewer-viewer-viewer";
const OPERATOR = "operator-operator-1";

async function withFiles(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const files = { viewer: VIEWER, operator: OPERATOR, short: "short" };
    for (const [name, token] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, `${token}\n`, { mode: 0o600 });
    }
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function places(folder: string, control: Record<string, string>[]): Promise<Listen[]> {
  return controlPlaces(stationSchema.parse({ control }).control, (path) => `${folder}/${path}`);
}

/** A server's certificate and the authority that a client must know to believe it. */
function issued() {
  const span = { validFrom: Date.now() - 60_000, validTo: Date.now() + 3_600_000 };
  const issuer = issueCertificate({ commonName: "test CA", isAuthority: true, ...span });
  const names = ["127.0.0.1"];
  const { cert, key } = issueCertificate({ commonName: "station", names, issuer, ...span });
  return { cert, key, ca: issuer.cert };
}

const refused = (code: string) => (error: unknown) =>
  error instanceof OffhookError && error.code === code;

Deno.test("a token is a role; none and a wrong one are refused and logged, never their text", () =>
  withFiles(async (folder) => {
    const [listen] = await places(folder, [{
      listen: "127.0.0.1:0",
      viewer_token_file: "viewer",
      operator_token_file: "operator",
    }]);
    await servedCore({ listen }, async ({ address: place }, log) => {
      const address = `ws://${place}`;
      const viewer = await RemotePhone.connect({ address, token: VIEWER });
      assert.equal(viewer.hello.role, "viewer");
      await viewer.request("status", {});
      await assert.rejects(
        viewer.request("dial", { target: "sip:x@y" }),
        (error: unknown) =>
          error instanceof OffhookError && /dial needs the role operator/.test(error.message),
      );
      const operator = await RemotePhone.connect({ address, token: OPERATOR });
      await operator.request("dial", { target: "600" });
      await assert.rejects(operator.request("register", { account: "desk" }), /role admin/);
      for (const options of [{ address }, { address, token: "wrong-wrong-wrong-1" }]) {
        await assert.rejects(RemotePhone.connect(options), refused("station-refused"));
      }
      await Promise.all([viewer.close(), operator.close()]);
      assert.ok(log.some((line) => line.includes("the token is missing or not known")));
      assert.ok(
        log.every((line) => ![VIEWER, OPERATOR, "wrong-wrong"].some((t) => line.includes(t))),
      );
    });
  }));

Deno.test("TLS serves the same, and is needed beyond loopback", () =>
  withFiles(async (folder) => {
    const { cert, key, ca } = issued();
    await Deno.writeTextFile(`${folder}/cert`, cert);
    await Deno.writeTextFile(`${folder}/key`, key);
    const control = { listen: "127.0.0.1:0", viewer_token_file: "viewer" };
    const [plain] = await places(folder, [{ ...control, listen: "0.0.0.0:0" }]);
    await assert.rejects(
      servedCore({ listen: plain }, () => Promise.resolve()),
      refused("config-invalid"),
    );
    const [secured] = await places(folder, [{
      ...control,
      listen: "0.0.0.0:0",
      tls_cert_file: "cert",
      tls_key_file: "key",
    }]);
    await servedCore({ listen: secured }, async ({ address: place }) => {
      const port = place.slice(place.lastIndexOf(":") + 1);
      const client = Deno.createHttpClient({ caCerts: [ca] });
      const socket = new WebSocket(`wss://127.0.0.1:${port}/`, { client } as never);
      await new Promise((resolve, reject) => {
        socket.onopen = resolve;
        socket.onerror = (event) => reject(new Error((event as ErrorEvent).message));
      });
      const answer = new Promise<string>((resolve) =>
        socket.onmessage = ({ data }) => resolve(data)
      );
      const params = { version: 1, token: VIEWER };
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params }));
      assert.equal(JSON.parse(await answer).result.role, "viewer");
      const closed = new Promise((resolve) => socket.onclose = resolve);
      socket.close();
      await closed;
      client.close();
      await assert.rejects(
        RemotePhone.connect({ address: `wss://127.0.0.1:${port}`, token: VIEWER }),
        refused("no-station"),
        "a certificate that nobody trusts is not believed",
      );
    });
  }));

Deno.test("token files: too short, shared, open to others, absent", () =>
  withFiles(async (folder) => {
    const rows: [Record<string, string>, RegExp][] = [
      [{ admin_token_file: "short" }, /too short/],
      [{ admin_token_file: "viewer", viewer_token_file: "viewer" }, /another role's/],
      [{ admin_token_file: "none" }, /no such file/],
      [{ viewer_token_file: "viewer", tls_cert_file: "a", tls_key_file: "b" }, /cannot read/],
    ];
    for (const [control, message] of rows) {
      await assert.rejects(places(folder, [{ listen: "127.0.0.1:0", ...control }]), message);
    }
    await Deno.chmod(`${folder}/viewer`, 0o644);
    const open = { listen: "127.0.0.1:0", viewer_token_file: "viewer" };
    await assert.rejects(places(folder, [open]), /others can read/);
    const parsed = (control: Record<string, string>) =>
      stationSchema.safeParse({ control: [control] }).success;
    assert.equal(parsed({ listen: "127.0.0.1:7060" }), false, "no token at all");
    assert.equal(parsed({ listen: "nowhere", viewer_token_file: "v" }), false);
    assert.equal(parsed({ ...open, tls_cert_file: "c" }), false, "half of TLS");
  }));
