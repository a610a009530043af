/**
 * The XDG folders and the way that paths in a configuration are read.
 *
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
import { isAbsolute, join, resolve } from "../../base/path/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { Environment } from "../mod.ts";

/** @throws OffhookError `config-missing` when neither the XDG variable nor HOME is set */
function folder(environment: Environment, variable: string, underHome: string): string {
  const own = environment(variable);
  // The specification: a relative path there is invalid and is to be ignored.
  if (own !== undefined && isAbsolute(own)) return join(own, "offhook");
  return join(homeOf(environment), underHome, "offhook");
}

function homeOf(environment: Environment): string {
  const home = environment("HOME") ?? environment("USERPROFILE");
  if (home !== undefined && home !== "") return home;
  throw new OffhookError("config-missing", "there is no home folder: HOME is not set", {
    hint: "Set HOME, or name the configuration with --config.",
  });
}

/** `$XDG_CONFIG_HOME/offhook`, else `~/.config/offhook`. */
function configFolder(environment: Environment): string {
  return folder(environment, "XDG_CONFIG_HOME", ".config");
}

/** `$XDG_DATA_HOME/offhook`, else `~/.local/share/offhook`. */
export function dataFolder(environment: Environment): string {
  return folder(environment, "XDG_DATA_HOME", ".local/share");
}

/** `$XDG_STATE_HOME/offhook`, else `~/.local/state/offhook`. */
export function stateFolder(environment: Environment): string {
  return folder(environment, "XDG_STATE_HOME", ".local/state");
}

/** Where accounts keep who they are over restarts. */
export function identityFolder(environment: Environment): string {
  return join(stateFolder(environment), "identity");
}

/** `~/` is the home folder; a relative path starts at `base` (the configuration's folder). */
export function expandPath(path: string, base: string, environment: Environment): string {
  if (path === "~") return homeOf(environment);
  if (path.startsWith("~/")) return join(homeOf(environment), path.slice(2));
  return resolve(base, path);
}

/**
 * Where a station's sockets and locks are: `$XDG_RUNTIME_DIR/offhook`, else a folder of the user's own
 * under the temporary one. A path over some 100 bytes cannot be a Unix socket's.
 */
export function runtimeFolder(environment: Environment): string {
  const own = environment("XDG_RUNTIME_DIR");
  if (own !== undefined && isAbsolute(own)) return join(own, "offhook");
  return join(environment("TMPDIR") ?? "/tmp", `offhook-${Deno.uid() ?? "user"}`);
}

/** Which file the configuration is in: the one named, else `OFFHOOK_CONFIG`, else the XDG place. */
export function configPath(options: {
  path?: string | undefined;
  environment: Environment;
  cwd: string;
}): { path: string; explicit: boolean } {
  const explicit = options.path ?? options.environment("OFFHOOK_CONFIG");
  if (explicit !== undefined && explicit !== "") {
    return { path: resolve(options.cwd, explicit), explicit: true };
  }
  return { path: join(configFolder(options.environment), "config.toml"), explicit: false };
}
