/** Environment variables. Apart from the folders, so that reading one loads nothing else. */

/** An environment: `Deno.env.get`, or a table in tests. */
export type Environment = (name: string) => string | undefined;

export const processEnvironment: Environment = (name) =>
  Deno.env.get(name) ?? (name === "HOME" ? homeOfAccount() : undefined);

/** For those who are started without `HOME`, by cron or a service manager. */
function homeOfAccount(): string | undefined {
  try {
    // The global, not `node:process`: an import would be loaded before any command begins.
    // deno-lint-ignore no-process-global
    return process.getBuiltinModule("node:os").homedir() || undefined;
  } catch {
    // A user id without an account.
    return undefined;
  }
}
