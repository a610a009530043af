/**
 * Passwords at rest: one JSON file that only its owner can read, in the XDG data folder.
 *
 * It is not encrypted: a station must start without a person. What protects it is its mode, as with
 * an SSH key. Written beside and renamed, so that it is never half there.
 */
import { join } from "../../base/path/mod.ts";
import { fileReason, OffhookError } from "../../base/mod.ts";
import type { Environment } from "../mod.ts";
import { dataFolder } from "../sources/mod.ts";
import { OWNER_ONLY, refuseOpenFile } from "./private_file.ts";

interface StoredCredential {
  password: string;
  /** ISO 8601, UTC. */
  changed: string;
}

interface StoreFile {
  version: 1;
  accounts: Record<string, StoredCredential>;
}

/** What may be shown of an entry. */
export interface CredentialEntry {
  account: string;
  changed: string;
}

export function credentialStorePath(environment: Environment): string {
  return join(dataFolder(environment), "credentials.json");
}

/** The stored password of an account, if there is one. */
export async function readCredential(
  environment: Environment,
  account: string,
): Promise<string | undefined> {
  const { accounts } = await read(environment);
  return Object.hasOwn(accounts, account) ? accounts[account]!.password : undefined;
}

export async function listCredentials(environment: Environment): Promise<CredentialEntry[]> {
  const { accounts } = await read(environment);
  return Object.entries(accounts)
    .map(([account, { changed }]) => ({ account, changed }))
    .sort((a, b) => a.account < b.account ? -1 : 1);
}

export async function storeCredential(
  environment: Environment,
  account: string,
  password: string,
  now: Date,
): Promise<void> {
  const file = await read(environment);
  file.accounts[account] = { password, changed: now.toISOString() };
  await write(environment, file);
}

/** False: there was none. */
export async function removeCredential(
  environment: Environment,
  account: string,
): Promise<boolean> {
  const file = await read(environment);
  if (!Object.hasOwn(file.accounts, account)) return false;
  delete file.accounts[account];
  await write(environment, file);
  return true;
}

async function read(environment: Environment): Promise<StoreFile> {
  const path = credentialStorePath(environment);
  let text: string;
  try {
    refuseOpenFile(path, await Deno.stat(path), OWNER_ONLY);
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { version: 1, accounts: empty() };
    if (error instanceof OffhookError) throw error;
    throw new OffhookError(
      "credential-missing",
      `cannot read the credential store ${path}: ${fileReason(error)}`,
      { cause: error },
    );
  }
  return parseStore(text, path);
}

function parseStore(text: string, path: string): StoreFile {
  try {
    const file = JSON.parse(text) as StoreFile;
    const entries = Object.entries(file.accounts);
    const sound = file.version === 1 &&
      entries.every(([, entry]) => typeof entry.password === "string");
    if (sound) return { version: 1, accounts: Object.assign(empty(), file.accounts) };
  } catch {
    // Said below, without the parser's message: it quotes the text, which holds secrets.
  }
  throw new OffhookError("credential-missing", `the credential store ${path} is damaged`, {
    hint: "Move it away and run `offhook credential set ACCOUNT` again.",
  });
}

/** Without a prototype: an account may be named `constructor`. */
function empty(): Record<string, StoredCredential> {
  return Object.create(null) as Record<string, StoredCredential>;
}

async function write(environment: Environment, file: StoreFile): Promise<void> {
  const path = credentialStorePath(environment);
  const beside = `${path}.${crypto.randomUUID()}`;
  await Deno.mkdir(dataFolder(environment), { recursive: true, mode: 0o700 });
  try {
    await Deno.writeTextFile(beside, `${JSON.stringify(file, null, 2)}\n`, {
      createNew: true,
      mode: 0o600,
    });
    await Deno.rename(beside, path);
  } catch (error) {
    await Deno.remove(beside).catch(() => {});
    throw new OffhookError("credential-missing", `cannot write the credential store ${path}`, {
      cause: error,
    });
  }
}
