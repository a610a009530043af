/**
 * The configuration in force, fit to be shown: no secret, and nothing that may hold one. Pure. Not
 * on the real-time path.
 */
import { stringify } from "smol-toml";
import type { LoadedConfig } from "./load.ts";
import type { PasswordSource } from "../mod.ts";

const REDACTED = "(redacted)";

/** `config` with what may hold a secret redacted: arguments of password commands. */
export function redacted(loaded: LoadedConfig): Record<string, unknown> {
  const accounts = Object.entries(loaded.config.accounts).map(([id, account]) => {
    const command = account.password_command;
    if (command === undefined) return [id, account];
    return [id, { ...account, password_command: hidden(command) }];
  });
  const turn = loaded.config.ice.turn.map((server) => ({
    ...server,
    ...(server.password_command && { password_command: hidden(server.password_command) }),
  }));
  const ice = { ...loaded.config.ice, turn };
  return { ...loaded.config, ice, accounts: Object.fromEntries(accounts) };
}

function hidden(command: readonly string[]): string[] {
  return command.map((part, index) => index === 0 ? part : REDACTED);
}

/** As TOML, with a comment that says where it came from. */
export function shownToml(loaded: LoadedConfig): string {
  const head = [loaded.found ? `# from ${loaded.path}` : `# no file at ${loaded.path}`];
  for (const [key, origin] of loaded.origins) {
    if (origin !== key) head.push(`# ${key} is set by ${origin}`);
  }
  return `${head.join("\n")}\n\n${stringify(redacted(loaded)).trimEnd()}\n`;
}

/** Where a password comes from, in words. */
export function describeSource(source: PasswordSource): string {
  switch (source.kind) {
    case "stdin":
      return "standard input";
    case "file":
      return `file ${source.path}`;
    case "environment":
      return `variable ${source.variable}`;
    case "command":
      return `command ${source.argv[0]}`;
    case "store":
      return "credential store";
  }
}
