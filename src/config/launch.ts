/** How Deno is started for a phone: by the installed launcher, and for a station in the background. */

/**
 * A station that is asked a thousand things holds 170 MiB with a small young generation and 230 MiB
 * with V8's own size, which suits programs that make much garbage at once; it is no slower.
 */
const YOUNG_GENERATION = "--v8-flags=--max-semi-space-size=2";

/** Arguments of Deno, before those of the program. Nothing of Deno's own shows. */
export function launchArguments(config: string, main: string): string[] {
  const quiet = ["--quiet", "--no-prompt"];
  return ["run", ...quiet, YOUNG_GENERATION, `--config=${config}`, "-P=station", main];
}
