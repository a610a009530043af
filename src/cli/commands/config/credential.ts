/** `offhook credential set | list | remove`: passwords in the private store. */
import { merge, object, or } from "@optique/core/constructs";
import { argument, command, constant } from "@optique/core/primitives";
import type { InferValue } from "@optique/core/parser";
import { string } from "@optique/core/valueparser";
import {
  credentialStorePath,
  listCredentials,
  removeCredential,
  storeCredential,
} from "../../../config/credentials/credential_store.ts";
import { loadConfig } from "../../../config/load.ts";
import { type ExitCode, OffhookError } from "../../../base/errors.ts";
import { type Context, defineCommand } from "../../args/command.ts";
import { type Io, say, sayJson } from "../../process/io.ts";
import { described, jsonOption } from "../../args/options.ts";
import { words } from "../../args/values.ts";

const account = argument(
  string({ metavar: "ACCOUNT" }),
  described("Name of the account in the configuration."),
);

const parser = or(
  command("set", object({ action: constant("set"), account }), {
    brief: words("Store a password: asked for on a terminal, else from standard input"),
  }),
  command("list", merge(object({ action: constant("list") }), jsonOption), {
    brief: words("Which accounts have one, never the passwords"),
  }),
  command("remove", object({ action: constant("remove"), account }), {
    brief: words("Forget a password"),
  }),
);

type CredentialValues = InferValue<typeof parser>;

export const credential = defineCommand({
  name: "credential",
  brief: "set, list, remove: stored passwords",
  examples: ["credential set work", "pass show sip/work | offhook credential set work"],
  parser,
  async run(values: CredentialValues, { io }: Context): Promise<ExitCode> {
    switch (values.action) {
      case "set":
        return await set(values.account, io);
      case "list":
        return await list(values.json, io);
      case "remove":
        return await remove(values.account, io);
    }
  },
});

async function set(account: string, io: Io): Promise<ExitCode> {
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

async function list(json: boolean, io: Io): Promise<ExitCode> {
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

async function remove(account: string, io: Io): Promise<ExitCode> {
  if (await removeCredential(io.environment, account)) {
    await say(io, `removed the password of ${account}`);
    return 0;
  }
  throw new OffhookError("credential-missing", `no password of ${account} is stored`, {
    hint: "`offhook credential list` shows which are.",
  });
}
