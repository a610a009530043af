/** The configuration from file, environment and flags. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { OffhookError } from "../../../src/base/errors.ts";
import { type ConfigIssue, formatIssue } from "../../../src/config/issue.ts";
import { chosen, loadConfig, type LoadOptions } from "../../../src/config/file/load.ts";

interface Given extends Partial<Omit<LoadOptions, "environment">> {
  env?: Record<string, string>;
}

/** Loads `toml` from the XDG place of a folder of its own. */
async function load(toml: string | undefined, { env = {}, ...options }: Given = {}) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "offhook"));
    if (toml !== undefined) await Deno.writeTextFile(join(folder, "offhook/config.toml"), toml);
    const variables: Record<string, string> = { XDG_CONFIG_HOME: folder, HOME: "/home/x", ...env };
    return await loadConfig({ cwd: "/cwd", ...options, environment: (name) => variables[name] });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function failure(toml: string | undefined, given: Given = {}): Promise<OffhookError> {
  try {
    await load(toml, given);
  } catch (error) {
    assert.ok(error instanceof OffhookError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: "the configuration was accepted" });
}

async function issueLines(toml: string | undefined, given: Given = {}): Promise<string[]> {
  const error = await failure(toml, given);
  assert.equal(error.code, "config-invalid");
  assert.equal(error.exitCode, 3);
  return (error.data?.issues as ConfigIssue[]).map(formatIssue);
}

const WORK = `[accounts.work]\nuser = "alice"\nserver = "pbx.example.com"\n`;

Deno.test("without a file and without flags there is no account, and that is no error yet", async () => {
  const loaded = await load(undefined);
  assert.equal(loaded.found, false);
  assert.equal(loaded.account, undefined);
  assert.throws(() => chosen(loaded), (error: OffhookError) => {
    assert.equal(error.code, "config-missing");
    assert.match(error.hint ?? "", /--server and --user/);
    return true;
  });
});

Deno.test("an account of the file becomes an Account with absolute paths and no secret", async () => {
  const loaded = await load(`[accounts.work]
user = "100"
auth_user = "desk-100"
display_name = "Desk"
server = "[::1]:5070"
transport = "tls"
register = false
registration_interval = 120
codecs = ["PCMA"]
password_file = "~/pw"
[accounts.work.tls]
ca_file = "~/ca.pem"
cert_file = "/etc/c.pem"
key_file = "/etc/k.pem"
pin = "${"ab".repeat(32)}"
`);
  assert.deepEqual(chosen(loaded).account, {
    encryption: "prefer",
    id: "work",
    user: "100",
    authUser: "desk-100",
    displayName: "Desk",
    server: "[::1]:5070",
    transport: "tls",
    register: false,
    expires: 120,
    codecs: ["PCMA"],
    tls: {
      caFile: "/home/x/ca.pem",
      certFile: "/etc/c.pem",
      keyFile: "/etc/k.pem",
      pin: "ab".repeat(32),
      minVersion: "1.2",
      verify: true,
    },
  });
});

Deno.test("flags stand over environment, environment over file, file over defaults", async () => {
  const toml = `${WORK}registration_interval = 100\n`;
  const env = { OFFHOOK_EXPIRES: "200" };
  const interval = async (...args: Parameters<typeof load>) =>
    chosen(await load(...args)).account.expires;
  assert.equal(await interval(WORK), 600);
  assert.equal(await interval(toml), 100);
  assert.equal(await interval(toml, { env }), 200);
  assert.equal(await interval(toml, { env, flags: { expires: 300 } }), 300);
});

Deno.test("server and user without a file make an account of their own", async () => {
  const loaded = await load(WORK + `transport = "tls"\n`, {
    flags: { server: "other.example.com", user: "bob" },
  });
  const { account } = chosen(loaded);
  assert.equal(account.id, "command-line");
  assert.equal(account.server, "other.example.com");
  // Nothing of the file's account, its transport or its password, goes to another server.
  assert.equal(account.transport, undefined);
});

Deno.test("a single override applies to the chosen account", async () => {
  const home = `[accounts.home]\nuser = "h"\nserver = "home.example.com"\n`;
  const flags = { transport: "tcp" };
  const first = chosen(await load(WORK + home, { flags })).account;
  assert.deepEqual([first.id, first.transport], ["work", "tcp"]);
  const named = chosen(await load(WORK + home, { flags, account: "home" })).account;
  assert.deepEqual([named.id, named.transport], ["home", "tcp"]);
  const byDefault = await load(`default_account = "home"\n${WORK}${home}`);
  assert.equal(byDefault.account, "home");
  const byVariable = await load(WORK + home, { env: { OFFHOOK_ACCOUNT: "home" } });
  assert.equal(byVariable.account, "home");
});

Deno.test("paths in flags and variables start at the working folder", async () => {
  const { account } = chosen(
    await load(WORK, { flags: { tlsCa: "ca.pem" }, env: { OFFHOOK_TLS_VERIFY: "no" } }),
  );
  assert.equal(account.tls.caFile, "/cwd/ca.pem");
  assert.equal(account.tls.verify, false);
});

Deno.test("all errors come at once, each with place, value and what is allowed", async () => {
  const lines = await issueLines(`
default_account = "nope"
acounts = 1
[accounts.work]
user = "a b"
server = ""
transport = "upd"
codecs = ["PCMU", "SPEEX"]
registration_interval = 3
registr = true
password = "hunter2"
dial_plan = [{ match = "(" }]
[accounts.work.tls]
verify = "no"
cert_file = "x"
[accounts."a b"]
user = "x"
server = "y"
[logging]
level = "warn"
`);
  const expected = [
    /^accounts\.work\.user: "a b": allowed are the characters of a SIP user name/,
    /^accounts\.work\.server: "": allowed is HOST or HOST:PORT/,
    /^accounts\.work\.transport: "upd": allowed are udp, tcp, tls, ws, wss \(did you mean udp\?\)$/,
    /^accounts\.work\.codecs\[1\]: "SPEEX": allowed are OPUS, G722, PCMA, PCMU, L16/,
    /^accounts\.work\.registration_interval: 3: allowed is at least 30$/,
    /^accounts\.work\.registr: unknown key \(did you mean register\?\)$/,
    /^accounts\.work\.password: passwords do not stand in the configuration; use password_file/,
    /^accounts\.work\.dial_plan\[0\]\.match: "\(": allowed is a JavaScript regular expression/,
    /^accounts\.work\.dial_plan\[0\]\.to: is missing/,
    /^accounts\.work\.tls\.verify: "no": allowed is true or false$/,
    /^accounts\."a b": .*an account's name has letters/,
    /^logging\.level: "warn": allowed are .*\(did you mean warning\?\)$/,
    /^acounts: unknown key \(did you mean accounts\?\)$/,
    /^default_account: "nope": allowed are the existing accounts: work$/,
  ];
  for (const pattern of expected) {
    assert.ok(lines.some((line) => pattern.test(line)), `${pattern} in\n${lines.join("\n")}`);
  }
  assert.ok(!lines.join("\n").includes("hunter2"));
  assert.equal(lines.length, expected.length, lines.join("\n"));
});

Deno.test("an error in a flag or variable names it, not a key of the file", async () => {
  const flags = { transport: "upd" };
  assert.match((await issueLines(WORK, { flags }))[0]!, /^--transport: "upd"/);
  const env = { OFFHOOK_EXPIRES: "soon", OFFHOOK_CODEC: "PCMU,MP3" };
  const lines = await issueLines(WORK, { env });
  assert.match(lines[0]!, /^OFFHOOK_EXPIRES: "soon": allowed is a number/);
  assert.match(lines[1]!, /^OFFHOOK_CODEC: "MP3"/);
  const missing = await issueLines(undefined, { flags: { server: "pbx.example.com" } });
  assert.match(missing[0]!, /^--user: is missing/);
});

Deno.test("certificate and key belong together, one password source is enough", async () => {
  const pair = await issueLines(`${WORK}[accounts.work.tls]\nkey_file = "k"\n`);
  assert.match(pair[0]!, /tls\.cert_file: is missing: a certificate and its key belong together/);
  const two = await issueLines(`${WORK}password_file = "a"\npassword_env = "B"\n`);
  assert.match(two[0]!, /only one of password_file, password_env, password_command/);
});

Deno.test("a syntax error has line and column and does not quote the file", async () => {
  const [line] = await issueLines(`${WORK}password_env = 'x\nnext = 1`);
  assert.match(line!, /^line 4, column \d+: /);
  assert.ok(!line!.includes("password_env"));
});

Deno.test("a named file or account that does not exist is missing configuration", async () => {
  const file = await failure(undefined, { path: "nowhere.toml" });
  assert.equal(file.code, "config-missing");
  assert.match(file.message, /\/cwd\/nowhere\.toml: there is no such file/);
  const byVariable = await failure(undefined, { env: { OFFHOOK_CONFIG: "/no/file.toml" } });
  assert.match(byVariable.message, /\/no\/file\.toml/);
  const account = await failure(WORK, { account: "wrok" });
  assert.match(account.message, /no account "wrok"/);
  assert.equal(account.hint, `Did you mean "work"?`);
});

Deno.test("a relative XDG folder is ignored and no home is an error", async () => {
  const error = await failure(undefined, { env: { XDG_CONFIG_HOME: "relative", HOME: "" } });
  assert.match(error.message, /HOME is not set/);
});

Deno.test("a server or proxy may be a WebSocket's URL, with its path", async () => {
  const account = async (...lines: string[]) => {
    const toml = ["[accounts.work]", 'user = "alice"', ...lines].join("\n");
    return chosen(await load(toml)).account;
  };
  const url = "wss://pbx.example.com:8089/ws";
  const asServer = await account(`server = "${url}"`);
  assert.equal(asServer.server, "pbx.example.com", "the domain of its addresses");
  assert.deepEqual([asServer.outboundProxy, asServer.transport], [url, "wss"]);
  const asProxy = await account('server = "example.com"', `outbound_proxy = "${url}"`);
  assert.deepEqual([asProxy.server, asProxy.outboundProxy, asProxy.transport], [
    "example.com",
    url,
    "wss",
  ]);
  assert.equal((await account('server = "WS://[::1]/ws?x=1"')).server, "[::1]");
  assert.equal((await account(`server = "${url}"`, 'transport = "wss"')).transport, "wss");
  const flagged = chosen(await load(undefined, { flags: { server: url, user: "a" } })).account;
  assert.equal(flagged.outboundProxy, url);
});

Deno.test("a WebSocket's URL that is none, or of another transport, is an error", async () => {
  const lines = (server: string, more = "") =>
    issueLines(`[accounts.work]\nuser = "alice"\nserver = "${server}"\n${more}`);
  for (
    const bad of ["http://pbx/ws", "wss://", "wss://a b/ws", "wss://u@pbx/ws", "wss://pbx:0/ws"]
  ) {
    assert.match((await lines(bad)).join(), /wss:\/\/HOST:PORT\/PATH/, bad);
  }
  assert.match((await lines("wss://pbx/ws", 'transport = "tls"')).join(), /leave it out/);
});
