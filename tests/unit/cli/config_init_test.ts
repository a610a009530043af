/** `offhook config init`: asked on a terminal, told by flags, nothing written when wrong. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { runCli } from "../../../src/cli/cli.ts";
import { unknownVariables } from "../../../src/cli/commands/config/run.ts";
import { FakeIo, type FakeIoOptions } from "../../fakes/fake_io.ts";

const SECRET = "s3cret-Pass";

/** Runs `offhook config init …` with folders of its own. */
async function init(
  args: string[],
  options: FakeIoOptions,
  look: (folder: string, io: FakeIo, status: number) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  try {
    const environment = { XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
    const io = new FakeIo({ ...options, environment });
    const status = await runCli(["config", "init", ...args], { io });
    assert.ok(!`${io.stdout.text}${io.stderr.text}`.includes(SECRET));
    await look(folder, io, status);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("on a terminal what was not given is asked for, the password without an echo", async () => {
  const answers = ["pbx.example.com", "alice", "", "tls", SECRET];
  await init(["--name=work"], { tty: { stdin: true }, answers }, async (folder, io, status) => {
    assert.equal(status, 0, io.stderr.text);
    assert.deepEqual(io.questions.map(({ hidden }) => hidden), [false, false, false, false, true]);
    const toml = await Deno.readTextFile(join(folder, "offhook/config.toml"));
    assert.match(toml, /\[accounts\.work\]\nuser = "alice"\nserver = "pbx\.example\.com"\n/);
    assert.match(toml, /transport = "tls"/);
    assert.ok(!toml.includes("display_name") && !toml.includes(SECRET));
    const store = JSON.parse(await Deno.readTextFile(join(folder, "offhook/credentials.json")));
    assert.equal(store.accounts.work.password, SECRET);
  });
});

Deno.test("with flags nothing is asked, also on a terminal", async () => {
  const args = ["--server=s", "--user=u", "--password-file=pw", "--tls-no-verify"];
  await init(args, { tty: { stdin: true } }, async (folder, io, status) => {
    assert.equal(status, 0, io.stderr.text);
    assert.deepEqual(io.questions, []);
    const toml = await Deno.readTextFile(join(folder, "offhook/config.toml"));
    assert.match(toml, /password_file = "\/cwd\/pw"/);
    assert.match(toml, /\[accounts\.default\.tls\]\nverify = false/);
  });
});

Deno.test("what is wrong is told and nothing is written", async () => {
  await init(["--server=s", "--user=x@y"], {}, async (folder, io, status) => {
    assert.equal(status, 3);
    assert.match(io.stderr.text, /1 error in what was given\n {2}accounts\.default\.user: "x@y"/);
    const written = [...Deno.readDirSync(folder)];
    assert.deepEqual(written, []);
    await Promise.resolve();
  });
});

Deno.test("only variables that look like ours are warned of", () => {
  const names = ["OFFHOOK_TRANSPROT", "OFFHOOK_SERVER", "OFFHOOK_QUITE_ELSE", "TRANSPROT"];
  assert.deepEqual(unknownVariables(names), [
    "the variable OFFHOOK_TRANSPROT is not a variable of offhook (did you mean OFFHOOK_TRANSPORT?)",
  ]);
});
