/** From flags, configuration and environment to a screen. */
import type { Config } from "../../../config/schema/mod.ts";
import type { TuiOptions, TuiOutcome } from "../../../tui/mod.ts";
import type { Io } from "../../process/mod.ts";
import type { ScreenValues } from "./command.ts";

/** How the screen looks and which keys it has. */
export interface Looks {
  values: ScreenValues;
  config: Config;
}

export function looksOf(values: ScreenValues, config: Config): Looks {
  return { values, config };
}

/** Opens the screen, or the lines for a screen reader, until it is left. */
export async function showTui(
  { values, config }: Looks,
  io: Io,
  phone: Pick<TuiOptions, "join" | "ownership" | "practice" | "startStation" | "tour">,
): Promise<TuiOutcome> {
  // React's development build costs twice the time.
  if (io.environment("NODE_ENV") === undefined) Deno.env.set("NODE_ENV", "production");
  const { localeOf } = await import("../../../tui/look/strings.ts");
  const { openTui } = await import("../../../tui/open.tsx");
  const { screen } = config;
  const locale = localeOf(io.environment, values.language ?? screen.language);
  const lines = values.screenReader || screen.screen_reader || speaksLines(io)
    ? linesOf(io)
    : undefined;
  return await openTui({
    ...phone,
    locale,
    theme: values.theme ?? (plain(io) ? "none" : screen.theme ?? defaultTheme(io)),
    ascii: values.ascii || screen.ascii || !locale.unicode,
    keys: Object.fromEntries(screen.keys.map(({ action, keys }) => [action, keys])),
    mouse: values.mouse || screen.mouse,
    environment: io.environment,
    ready: () => io.echo(true),
    ...(lines === undefined ? {} : { lines }),
  });
}

/** Asked for by the environment, or the terminal cannot move its cursor. */
function speaksLines({ environment }: Io): boolean {
  return environment("INK_SCREEN_READER") === "true" || environment("TERM") === "dumb";
}

/** The terminal in its ordinary mode: it echoes and edits the line itself. */
function linesOf(io: Io): NonNullable<TuiOptions["lines"]> {
  return {
    write: (text) => void io.stdout.write(text),
    read(take) {
      const reader = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
      const stop = io.onInterrupt(() => take(undefined));
      const pump = async () => {
        let rest = "";
        for (;;) {
          const { value, done } = await reader.read();
          if (done) return take(undefined);
          const lines = (rest + value).split(/\r?\n/);
          rest = lines.pop() ?? "";
          lines.forEach(take);
        }
      };
      pump().catch(() => take(undefined));
      return () => {
        stop();
        reader.cancel().catch(() => {});
      };
    },
  };
}

/** @see https://no-color.org */
function plain({ environment }: Io): boolean {
  return Boolean(environment("NO_COLOR")) || environment("TERM") === "dumb";
}

/** COLORFGBG is what some terminals tell of their background. */
function defaultTheme({ environment }: Io): TuiOptions["theme"] {
  const background = environment("COLORFGBG")?.split(";").at(-1);
  return background === "7" || background === "15" ? "light" : "dark";
}
