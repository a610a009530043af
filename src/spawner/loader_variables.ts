/**
 * Variables of the dynamic loader (`LD_*`, `DYLD_*`) on the way to the spawner. Deno lets a program that
 * may start only some others hand them none of these; the spawner, which may start any, has them again.
 *
 *     phone: LD_LIBRARY_PATH=/x ─► OFFHOOK_KEPT_LD_LIBRARY_PATH=/x ─► spawner: LD_LIBRARY_PATH=/x
 */
const KEPT = "OFFHOOK_KEPT_";

/** The variables that Deno names when it refuses to start a program; none: it was something else. */
export function refusedVariables(error: unknown): string[] {
  if (!(error instanceof Deno.errors.NotCapable)) return [];
  return error.message.match(/\b(?:DY)?LD_\w+/g) ?? [];
}

/** What a program is started with instead of these variables. */
export function keptUnderOtherNames(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => [[name, ""], [`${KEPT}${name}`, Deno.env.get(name) ?? ""]]),
  );
}

/** In the program that was started so: the variables as they were. */
export function restoreKept(): void {
  for (const [name, value] of Object.entries(Deno.env.toObject())) {
    if (!name.startsWith(KEPT)) continue;
    Deno.env.set(name.slice(KEPT.length), value);
    Deno.env.delete(name);
  }
}
