/** `offhook config` and `offhook credential` as processes with folders of their own. */
import assert from "node:assert/strict";
import { Offhook, type OffhookResult } from "../peers/offhook.ts";
import type { Scratch } from "../peers/scratch.ts";
import { withScratch } from "../peers/scratch.ts";

const SECRET = "s3cret-Pass";
const text = ({ stdout }: OffhookResult) => new TextDecoder().decode(stdout);

/** Runs offhook; nothing that it says may hold the secret. */
async function run(
  scratch: Scratch,
  args: string[],
  { stdin, env }: { stdin?: string; env?: Record<string, string> } = {},
): Promise<OffhookResult> {
  const phone = Offhook.start(scratch, args, {
    stdin: stdin !== undefined,
    ...(env === undefined ? {} : { env }),
  });
  if (stdin !== undefined) {
    const writer = phone.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
    await writer.close().catch(() => {});
  }
  const result = await phone.finished;
  assert.ok(!`${text(result)}${result.stderr}`.includes(SECRET), result.stderr);
  return result;
}

Deno.test("init writes, check approves, show shows: with the password in the store", async () => {
  await withScratch(async (scratch) => {
    const flags = [
      "--server=sip.example.com",
      "--user=alice",
      "--transport=tls",
      "--password-stdin",
    ];
    const init = await run(scratch, ["config", "init", ...flags], { stdin: `${SECRET}\n` });
    assert.equal(init.status, 0, init.stderr);
    const path = scratch.file("offhook-config/offhook/config.toml");
    assert.match(init.stderr, new RegExp(`^wrote ${path}\n`));
    assert.ok(!(await Deno.readTextFile(path)).includes(SECRET));
    const store = scratch.file("offhook-data/offhook/credentials.json");
    assert.equal((await Deno.stat(store)).mode! & 0o777, 0o600);

    const check = await run(scratch, ["config", "check"]);
    assert.deepEqual([check.status, text(check)], [0, ""]);
    assert.match(check.stderr, /is valid: 1 account \(default\)/);

    const show = await run(scratch, ["config", "show", "--json"]);
    const shown = JSON.parse(text(show));
    assert.equal(shown.account, "default");
    assert.equal(shown.config.accounts.default.transport, "tls");
    assert.equal(shown.passwords.default, "credential store");

    const again = await run(scratch, ["config", "init", ...flags], { stdin: "" });
    assert.equal(again.status, 3);
    assert.match(again.stderr, /already[^]*--force/);
  });
});

Deno.test("init without a terminal asks nothing and says what it needs", async () => {
  await withScratch(async (scratch) => {
    const result = await run(scratch, ["config", "init", "--server=s"]);
    assert.equal(result.status, 2);
    assert.match(result.stderr, /config init needs --user/);
    const wrong = await run(scratch, ["config", "init", "--server=a b", "--user=x@y"]);
    assert.equal(wrong.status, 3);
    assert.match(wrong.stderr, /2 errors[^]*\.user: "x@y"[^]*\.server: "a b"/);
  });
});

Deno.test("check tells every error, as text and as JSON, with status 3", async () => {
  await withScratch(async (scratch) => {
    const path = scratch.file("bad.toml");
    await Deno.writeTextFile(
      path,
      `[accounts.work]\nuser = "a"\nserver = "s"\ntransport = "upd"\npassword = "${SECRET}"\ncolour = 1\n`,
    );
    const words = await run(scratch, ["config", "check", "--config", path]);
    assert.equal(words.status, 3);
    assert.equal(text(words), "");
    assert.match(words.stderr, /^offhook: 3 errors in .*bad\.toml\n/);
    assert.match(words.stderr, /accounts\.work\.transport: "upd": allowed are udp, tcp/);
    assert.match(words.stderr, /accounts\.work\.password: passwords do not stand/);
    const json = await run(scratch, ["config", "check", "--config", path, "--json"]);
    assert.equal(json.status, 3);
    const report = JSON.parse(text(json));
    assert.deepEqual([report.schema, report.ok, report.issues.length], [
      "offhook.config-check/1",
      false,
      3,
    ]);
    await Deno.writeTextFile(path, `[accounts.work\nuser = 1`);
    const syntax = await run(scratch, ["config", "check", "--config", path]);
    assert.match(syntax.stderr, /line 1, column \d+: /);
  });
});

Deno.test("precedence: flag, variable, file, default; and who said it", async () => {
  await withScratch(async (scratch) => {
    const path = scratch.file("c.toml");
    await Deno.writeTextFile(
      path,
      `[accounts.work]\nuser = "a"\nserver = "s"\ntransport = "tcp"\n[logging]\nlevel = "error"\n`,
    );
    const shown = async (args: string[], env: Record<string, string> = {}) => {
      const all = { OFFHOOK_CONFIG: path, ...env };
      return JSON.parse(
        text(await run(scratch, ["config", "show", "--json", ...args], { env: all })),
      );
    };
    const transport = async (...args: Parameters<typeof shown>) =>
      (await shown(...args)).config.accounts.work.transport;
    assert.equal(await transport([]), "tcp");
    assert.equal(await transport([], { OFFHOOK_TRANSPORT: "ws" }), "ws");
    assert.equal(await transport(["--transport=wss"], { OFFHOOK_TRANSPORT: "ws" }), "wss");
    const { config, origins } = await shown([], { OFFHOOK_EXPIRES: "90" });
    assert.equal(config.logging.level, "error");
    assert.equal(config.accounts.work.registration_interval, 90);
    assert.deepEqual(origins, { "accounts.work.registration_interval": "OFFHOOK_EXPIRES" });
  });
});

Deno.test("a mistyped variable is warned of", async () => {
  await withScratch(async (scratch) => {
    const env = { OFFHOOK_TRANSPROT: "tcp" };
    const { stderr } = await run(scratch, ["config", "check"], { env });
    assert.match(
      stderr,
      /OFFHOOK_TRANSPROT is not a variable of offhook \(did you mean OFFHOOK_TRANSPORT\?\)/,
    );
  });
});

Deno.test("credentials: set from standard input, listed without secrets, removed", async () => {
  await withScratch(async (scratch) => {
    const set = await run(scratch, ["credential", "set", "work"], { stdin: `${SECRET}\n` });
    assert.equal(set.status, 0, set.stderr);
    const list = await run(scratch, ["credential", "list", "--json"]);
    const { schema, credentials } = JSON.parse(text(list));
    assert.equal(schema, "offhook.credentials/1");
    assert.equal(credentials[0].account, "work");
    assert.deepEqual(Object.keys(credentials[0]), ["account", "changed"]);
    assert.equal((await run(scratch, ["credential", "remove", "work"])).status, 0);
    assert.equal((await run(scratch, ["credential", "remove", "work"])).status, 3);
    const empty = await run(scratch, ["credential", "set", "work"], { stdin: "" });
    assert.equal(empty.status, 3);
  });
});

Deno.test("a configuration that is not there: 3, as words and JSON", async () => {
  await withScratch(async (scratch) => {
    const result = await run(scratch, ["register", "--config=none.toml", "--json"]);
    assert.equal(result.status, 3);
    assert.match(result.stderr, /none\.toml: there is no such file/);
    assert.equal(JSON.parse(text(result)).error.code, "config-missing");
    const nothing = await run(scratch, ["register"]);
    assert.equal(nothing.status, 3);
    assert.match(nothing.stderr, /Give --server and --user/);
  });
});

Deno.test("a password of no account of the configuration is kept, and that is said", async () => {
  await withScratch(async (scratch) => {
    await run(scratch, ["config", "init", "--server", "s.example.com", "--user", "u"]);
    const known = await run(scratch, ["credential", "set", "default"], { stdin: `${SECRET}\n` });
    assert.doesNotMatch(known.stderr, /no account/);
    const other = await run(scratch, ["credential", "set", "defualt"], { stdin: `${SECRET}\n` });
    assert.equal(other.status, 0);
    assert.match(other.stderr, /no account of this name in .*config\.toml: default\./);
  });
});

Deno.test("check opens the files that the configuration names, and shows no secret of it", async () => {
  await withScratch(async (scratch) => {
    const write = async (name: string, text: string, mode = 0o600) => {
      await Deno.writeTextFile(scratch.file(name), text, { mode });
      await Deno.chmod(scratch.file(name), mode);
      return scratch.file(name);
    };
    const path = await write(
      "files.toml",
      `[accounts.a]
user = "a"
server = "s"
password_file = "${await write("password", SECRET, 0o644)}"
tls = { ca_file = "${await write("ca.pem", SECRET)}" }
[ring]
file = "${await write("ring.wav", "no sound")}"
[headset]
quirks = ["${await write("quirk.json", "{")}"]
[[station.control]]
listen = "127.0.0.1:7060"
viewer_token_file = "${await write("open.token", SECRET.repeat(3), 0o644)}"
[[station.control]]
listen = "127.0.0.1:7061"
viewer_token_file = "${scratch.file("none.token")}"
`,
    );
    const check = await run(scratch, ["config", "check", "--json", "--config", path]);
    assert.equal(check.status, 3, check.stderr);
    const { ok, issues } = JSON.parse(text(check)) as { ok: boolean; issues: { path: string }[] };
    assert.deepEqual([ok, issues.map((issue) => issue.path)], [false, [
      "accounts.a.password_file",
      "accounts.a.tls.ca_file",
      "station.control[0]",
      "station.control[1]",
      "ring.file",
      "headset.quirks",
    ]]);
    assert.match(check.stderr, /password_file: others can read[^]*Type: chmod 600/);

    const plain = await write(
      "secrets.toml",
      `[accounts.a]
user = "a:${SECRET}"
server = "sip:a:${SECRET}@host"
password_command = "pass ${SECRET}"
outbound_proxy = { password = "${SECRET}" }
`,
    );
    for (const more of [[], ["--json"]]) {
      const told = await run(scratch, ["config", "check", "--config", plain, ...more]);
      assert.equal(told.status, 3, told.stderr);
      assert.match(told.stderr, /accounts\.a\.user: "a:\(not shown\)"/);
    }
  });
});
