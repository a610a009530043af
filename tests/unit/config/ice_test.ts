/** The `[ice]` table: its URLs, what it means for an account, and passwords that never show. */
import assert from "node:assert/strict";
import type { OffhookError } from "../../../src/base/errors.ts";
import { parseStunUrl, parseTurnUrl } from "../../../src/config/values/ice_urls.ts";
import { loadConfig, toAccount } from "../../../src/config/file/load.ts";
import { redacted } from "../../../src/config/file/show.ts";
import { iceServersOf } from "../../../src/cli/phone/ice_servers.ts";

Deno.test("STUN and TURN URLs say host, port and transport (RFC 7064, RFC 7065)", () => {
  assert.deepEqual(parseStunUrl("stun:stun.example.com"), {
    host: "stun.example.com",
    port: 3478,
  });
  assert.deepEqual(parseStunUrl("STUN:[2001:db8::1]:3479"), { host: "2001:db8::1", port: 3479 });
  for (const text of ["stun.example.com", "stuns:x", "stun:", "stun:x:99999", "turn:x"]) {
    assert.equal(parseStunUrl(text), undefined, text);
  }
  const turn = (text: string) => {
    const { host, port, protocol } = parseTurnUrl(text)!;
    return `${host} ${port} ${protocol}`;
  };
  assert.equal(turn("turn:t.example"), "t.example 3478 udp");
  assert.equal(turn("turn:t.example:80?transport=tcp"), "t.example 80 tcp");
  assert.equal(turn("turns:t.example"), "t.example 5349 tls");
  assert.equal(turn("turns:192.0.2.1:443?transport=tcp"), "192.0.2.1 443 tls");
  for (
    const text of ["turns:t.example?transport=udp", "turn:t.example?transport=sctp", "t.example"]
  ) {
    assert.equal(parseTurnUrl(text), undefined, text);
  }
});

async function withConfig<T>(
  toml: string,
  run: (loaded: Awaited<ReturnType<typeof loadConfig>>, folder: string) => Promise<T> | T,
  env: Record<string, string> = {},
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/config.toml`;
    await Deno.writeTextFile(path, toml);
    const environment = (name: string) => env[name];
    return await run(await loadConfig({ path, environment, cwd: folder }), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ACCOUNTS = `[accounts.plain]\nuser = "a"\nserver = "x"\n` +
  `[accounts.hidden]\nuser = "a"\nserver = "x"\nice = "relay"\n` +
  `[accounts.none]\nuser = "a"\nserver = "x"\nice = "off"\n`;

Deno.test("an account has ICE as [ice] says, unless it says otherwise itself", async () => {
  const icesOf = (policy: string) =>
    withConfig(
      policy + ACCOUNTS,
      (loaded) =>
        ["plain", "hidden", "none"].map((id) =>
          toAccount(id, loaded.config.accounts[id]!, loaded).ice
        ),
    );
  assert.deepEqual(await icesOf(`[ice]\npolicy = "all"\n`), ["all", "relay", undefined]);
  assert.deepEqual(await icesOf(""), [undefined, "relay", undefined]);
});

const SERVERS = `[ice]\nstun = ["stun:s.example"]\n` +
  `[[ice.turn]]\nurl = "turn:t.example"\nusername = "u"\npassword_env = "TURN_SECRET"\n` +
  `[[ice.turn]]\nurl = "turns:c.example"\nusername = "u"\npassword_command = ["echo", "hunter2"]\n`;

Deno.test("TURN servers come with their passwords, which `config show` hides", () =>
  withConfig(SERVERS + ACCOUNTS, async (loaded) => {
    const { stun, turn, relayOnly, failures } = await iceServersOf(loaded)("plain");
    assert.deepEqual(stun, [{ host: "s.example", port: 3478 }]);
    assert.deepEqual(turn.map(({ host, password }) => [host, password]), [
      ["t.example", "env-secret"],
      ["c.example", "hunter2"],
    ]);
    assert.deepEqual([relayOnly, failures], [false, []]);
    assert.equal((await iceServersOf(loaded)("hidden")).relayOnly, true);
    assert.ok(!JSON.stringify(redacted(loaded)).includes("hunter2"));
  }, { TURN_SECRET: "env-secret" }));

Deno.test("a TURN server whose password cannot be read is left out and told", () =>
  withConfig(SERVERS + ACCOUNTS, async (loaded) => {
    const run = (url: string) => Promise.resolve(`by the spawner for ${url}`);
    const { turn, failures = [] } = await iceServersOf(loaded, run)("plain");
    assert.deepEqual(turn.map(({ password }) => password), ["by the spawner for turns:c.example"]);
    assert.equal(failures.length, 1);
    assert.match(
      failures[0].message,
      /turn:t\.example is left out: the variable TURN_SECRET is empty/,
    );
  }));

for (
  const [toml, words] of [
    [`[ice]\nstun = ["s.example"]\n`, /stun:HOST/],
    [`[[ice.turn]]\nurl = "turn:t"\nusername = "u"\n`, /must be given/],
    [`[[ice.turn]]\nurl = "http://t"\nusername = "u"\npassword_env = "X"\n`, /turn:HOST/],
    [`[ice]\npolicy = "some"\n`, /off/],
  ] as const
) {
  Deno.test(`the configuration refuses ${JSON.stringify(toml)}`, async () => {
    await assert.rejects(withConfig(toml, () => {}), (error: OffhookError) => {
      assert.match(JSON.stringify(error.data), words);
      return true;
    });
  });
}
