/** Where passwords come from, and that they are never shown. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { OffhookError } from "../../../src/base/errors.ts";
import {
  credentialStorePath,
  listCredentials,
  readCredential,
  removeCredential,
  storeCredential,
} from "../../../src/config/credentials/credential_store.ts";
import { loadConfig } from "../../../src/config/file/load.ts";
import { passwordReader, readPasswordFile } from "../../../src/config/credentials/password.ts";
import { redacted, shownToml } from "../../../src/config/file/show.ts";

const SECRET = "s3cret-Pass";

/** A folder with a configuration; `read` gives the chosen account's password. */
async function withFolder(
  body: (given: {
    folder: string;
    read: (
      toml: string,
      given?: { env?: Record<string, string>; file?: string; stdin?: string },
    ) => Promise<string | undefined>;
  }) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  try {
    await body({
      folder,
      read: async (toml, { env = {}, file, stdin } = {}) => {
        const path = join(folder, "config.toml");
        await Deno.writeTextFile(path, `[accounts.a]\nuser = "u"\nserver = "s"\n${toml}`);
        const variables: Record<string, string> = { XDG_DATA_HOME: folder, ...env };
        const environment = (name: string) => variables[name];
        const loaded = await loadConfig({ path, environment, cwd: folder });
        const readStdin = () => Promise.resolve(stdin ?? "");
        return await passwordReader(loaded, {
          file,
          stdin: stdin !== undefined && file === undefined,
          cwd: folder,
          readStdin,
        })("a");
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function failure(work: Promise<unknown>): Promise<OffhookError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof OffhookError, String(error));
    assert.equal(error.code, "credential-missing");
    assert.ok(!JSON.stringify(error.toJSON()).includes(SECRET), error.message);
    return error;
  }
  throw new assert.AssertionError({ message: "no error" });
}

Deno.test("each source gives the password, the nearer one first", async () => {
  await withFolder(async ({ folder, read }) => {
    const file = join(folder, "pw");
    await Deno.writeTextFile(file, "from-file\nsecond line\n", { mode: 0o600 });
    assert.equal(await read(""), undefined);
    await storeCredential((name) => ({ XDG_DATA_HOME: folder })[name], "a", "stored", new Date(0));
    assert.equal(await read(""), "stored");
    assert.equal(await read(`password_file = "pw"`), "from-file");
    assert.equal(await read(`password_env = "PW"`, { env: { PW: "from-env" } }), "from-env");
    assert.equal(await read(`password_command = ["echo", "$(id) \`x\`"]`), "$(id) `x`");
    const env = { OFFHOOK_PASSWORD: "direct" };
    assert.equal(await read(`password_file = "pw"`, { env }), "direct");
    assert.equal(await read("", { env, file: "pw" }), "from-file");
    assert.equal(await read("", { env, file: "-", stdin: "typed\r\n" }), "typed");
    assert.equal(await read("", { env, file: "/dev/stdin", stdin: "typed\n" }), "typed");
    assert.equal(await read("", { env, stdin: "typed" }), "typed");
    assert.equal(await read("", { env: { OFFHOOK_PASSWORD_FILE: "pw" } }), "from-file");
  });
});

Deno.test("a file that others can read is refused with the line that mends it", async () => {
  await withFolder(async ({ folder }) => {
    const file = join(folder, "it's mine");
    await Deno.writeTextFile(file, SECRET, { mode: 0o600 });
    for (const [mode, refused] of [[0o644, true], [0o604, true], [0o620, true], [0o640, false]]) {
      await Deno.chmod(file, Number(mode));
      if (refused) {
        const error = await failure(readPasswordFile(file));
        assert.match(error.hint ?? "", /^Type: chmod 600 '.*it'\\''s mine'$/);
      } else assert.equal(await readPasswordFile(file), SECRET);
    }
  });
});

Deno.test("missing and empty sources are named, their content never", async () => {
  await withFolder(async ({ folder, read }) => {
    const empty = join(folder, "empty");
    await Deno.writeTextFile(empty, "\n", { mode: 0o600 });
    assert.match((await failure(readPasswordFile(empty))).message, /empty is empty/);
    const odd = join(folder, "odd");
    await Deno.writeTextFile(odd, `${SECRET}\u0000`, { mode: 0o600 });
    assert.match((await failure(readPasswordFile(odd))).message, /control characters/);
    const none = await failure(read(`password_file = "none"`));
    assert.match(none.message, /none: there is no such file/);
    assert.match(
      (await failure(read(`password_env = "UNSET"`))).message,
      /variable UNSET is empty/,
    );
    const failing = `password_command = ["sh", "-c", "echo ${SECRET}; exit 3"]`;
    assert.match((await failure(read(failing))).message, /command sh failed with status 3/);
    const absent = `password_command = ["no-such-program-here"]`;
    assert.match((await failure(read(absent))).message, /no-such-program-here was not found/);
  });
});

Deno.test("the credential store is private, keeps others' entries and lists no secret", async () => {
  const folder = await Deno.makeTempDir();
  const environment = (name: string) => ({ XDG_DATA_HOME: folder })[name];
  try {
    const now = new Date("2024-05-06T07:08:09Z");
    await storeCredential(environment, "work", SECRET, now);
    await storeCredential(environment, "constructor", "other", now);
    const path = credentialStorePath(environment);
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    const list = await listCredentials(environment);
    assert.deepEqual(list, [
      { account: "constructor", changed: "2024-05-06T07:08:09.000Z" },
      { account: "work", changed: "2024-05-06T07:08:09.000Z" },
    ]);
    assert.equal(await readCredential(environment, "work"), SECRET);
    assert.equal(await readCredential(environment, "toString"), undefined);
    assert.equal(await removeCredential(environment, "work"), true);
    assert.equal(await removeCredential(environment, "work"), false);
    assert.equal(await readCredential(environment, "constructor"), "other");
    await Deno.chmod(path, 0o644);
    assert.match((await failure(listCredentials(environment))).hint ?? "", /chmod 600/);
    await Deno.chmod(path, 0o600);
    await Deno.writeTextFile(path, `{"version":1,"accounts":{"a":{"password":"${SECRET}`);
    assert.match((await failure(listCredentials(environment))).message, /is damaged/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what is shown has no secret", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "c.toml");
    await Deno.writeTextFile(
      path,
      `[accounts.a]\nuser="u"\nserver="s"\npassword_command=["vault","--token=${SECRET}"]\n`,
    );
    const variables: Record<string, string> = { OFFHOOK_PASSWORD: SECRET, OFFHOOK_EXPIRES: "60" };
    const environment = (name: string) => variables[name];
    const loaded = await loadConfig({ path, environment, cwd: folder });
    const shown = shownToml(loaded);
    assert.ok(!shown.includes(SECRET));
    assert.ok(!JSON.stringify(redacted(loaded)).includes(SECRET));
    assert.match(shown, /password_command = \[ "vault", "\(redacted\)" \]/);
    assert.match(shown, /# accounts\.a\.registration_interval is set by OFFHOOK_EXPIRES/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
