/** Environment variables. Apart from the folders, so that reading one loads nothing else. */

import process from "node:process";

/** An environment: `Deno.env.get`, or a table in tests. */
export type Environment = (name: string) => string | undefined;

export const processEnvironment: Environment = (name) =>
  Deno.env.get(name) ?? (name === "HOME" ? homeOfAccount() : undefined);

/** For those who are started without `HOME`, by cron or a service manager. */
function homeOfAccount(): string | undefined {
  try {
    return process.getBuiltinModule("node:os").homedir() || undefined;
  } catch {
    // A user id without an account.
    return undefined;
  }
}
