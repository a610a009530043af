/**
 * The desktop's keyring (Secret Service), through its own command `secret-tool`: encrypted, open while
 * the person is logged in. Where there is none, or it does not answer, passwords go into the file of
 * `credential_store.ts`.
 */

/** ms that a keyring may take; unlocking it may ask the person. */
const KEYRING_MS = 30_000;

/** Whose password it is: what the keyring finds it by. */
export interface KeyringEntry {
  user: string;
  server: string;
}

/**
 * Stores a password and reads it back.
 * @param tool tests have one of their own
 * @returns the command that prints it, for `password_command`; undefined: there is no keyring to rely on
 */
export async function storeInKeyring(
  entry: KeyringEntry,
  password: string,
  tool = "secret-tool",
): Promise<string[] | undefined> {
  const attributes = ["service", "offhook", "user", entry.user, "server", entry.server];
  const label = `--label=offhook: ${entry.user} at ${entry.server}`;
  const stored = await run([tool, "store", label, ...attributes], password);
  if (stored === undefined) return undefined;
  const lookup = [tool, "lookup", ...attributes];
  return await run(lookup) === password ? lookup : undefined;
}

/** @returns standard output; undefined: it is not there, failed, or took too long */
async function run([program, ...args]: string[], input?: string): Promise<string | undefined> {
  try {
    const child = new Deno.Command(program!, {
      args,
      stdin: input === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.timeout(KEYRING_MS),
    }).spawn();
    if (input !== undefined) {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(input));
      await writer.close();
    }
    const { success, stdout } = await child.output();
    return success ? new TextDecoder().decode(stdout).replace(/\n$/, "") : undefined;
  } catch {
    return undefined;
  }
}
