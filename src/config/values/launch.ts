/** How Deno is started for a phone: by the installed launcher, and for a station in the background. */

/**
 * A station that is asked a thousand things holds 170 MiB with a small young generation and 230 MiB
 * with V8's own size, which suits programs that make much garbage at once; it is no slower.
 */
const YOUNG_GENERATION = "--v8-flags=--max-semi-space-size=2";

/** The permissions of every command but an installed `station`. */
const ANY_COMMAND = ["-P=station"];

/**
 * Arguments of Deno, before those of the program. Nothing of Deno's own shows.
 * @param permissions flags; absent: those of any command
 */
export function launchArguments(
  config: string,
  main: string,
  permissions: readonly string[] = ANY_COMMAND,
): string[] {
  return [...beforePermissions(config), ...permissions, main];
}

export function beforePermissions(config: string): string[] {
  return ["run", "--quiet", "--no-prompt", YOUNG_GENERATION, `--config=${config}`];
}
