/** The runs of `offhook credential`. */
import {
  credentialStorePath,
  listCredentials,
  removeCredential,
  storeCredential,
} from "../../../config/credentials/mod.ts";
import { loadConfig } from "../../../config/file/mod.ts";
import { type ExitCode, OffhookError } from "../../../base/mod.ts";
import { type Io, say, sayJson } from "../../process/mod.ts";

export async function set(account: string, io: Io): Promise<ExitCode> {
  const typed = io.stdinIsTty
    ? await io.ask(`Password of ${account}: `, { hidden: true })
    : (await io.readStdin()).split(/\r?\n/, 1)[0]!;
  if (typed === "") {
    throw new OffhookError("credential-missing", "the password is empty: nothing was stored");
  }
  await storeCredential(io.environment, account, typed, new Date(io.now()));
  await say(io, `stored the password of ${account} in ${credentialStorePath(io.environment)}`);
  await sayUnknown(account, io);
  return 0;
}

/** A mistyped name would show much later, as a missing password. The account may also come later. */
async function sayUnknown(account: string, io: Io): Promise<void> {
  const { environment, cwd } = io;
  const loaded = await loadConfig({ environment, cwd }).catch(() => undefined);
  const accounts = Object.keys(loaded?.config.accounts ?? {});
  if (loaded === undefined || accounts.length === 0 || accounts.includes(account)) return;
  await say(io, `  There is no account of this name in ${loaded.path}: ${accounts.join(", ")}.`);
}

export async function list(json: boolean, io: Io): Promise<ExitCode> {
  const credentials = await listCredentials(io.environment);
  if (json) await sayJson(io, { schema: "offhook.credentials/1", credentials });
  else if (credentials.length === 0) await say(io, "no password is stored");
  else {
    for (const { account, changed } of credentials) {
      await io.stdout.write(`${account}\t${changed}\n`);
    }
  }
  return 0;
}

export async function remove(account: string, io: Io): Promise<ExitCode> {
  if (await removeCredential(io.environment, account)) {
    await say(io, `removed the password of ${account}`);
    return 0;
  }
  throw new OffhookError("credential-missing", `no password of ${account} is stored`, {
    hint: "`offhook credential list` shows the accounts that have one.",
  });
}
