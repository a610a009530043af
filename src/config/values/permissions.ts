/**
 * What a station may do, as Deno's flags: the network, its own folders, and what its configuration
 * names. Everything else is refused by Deno, whatever code runs in the process.
 *
 *     LoadedConfig ─► places.ts of the command ─► PermittedPlaces ─► --allow-… --deny-…
 *
 * No `--deny-read` or `--deny-write` in a folder that is allowed: Deno lets a program rename the folder
 * above, and with it everything that was denied. Pure.
 */

export interface PermittedPlaces {
  /** Files and folders, absolute. */
  read: readonly string[];
  write: readonly string[];
  /** Further variables of the environment. */
  variables: readonly string[];
  /** The only program that may be started: Deno, for the spawner, before that right is given up. */
  deno: string;
}

/** Ours, the XDG folders, the service manager's, and what npm packages ask for as they load. */
const VARIABLES = [
  ...["OFFHOOK_*", "XDG_*", "HOME", "USERPROFILE", "TMPDIR", "JOURNAL_STREAM", "NOTIFY_SOCKET"],
  ...["WATCHDOG_USEC", "WATCHDOG_PID", "NO_COLOR", "FORCE_COLOR", "COLORTERM", "TERM", "CI"],
  ...["LANG", "LC_*", "TZ", "NODE_*", "WS_*", "DEBUG"],
];

/** Read by programs that look up names, and to see whether journald listens. */
const SYSTEM_FILES = ["/etc/resolv.conf", "/etc/hosts", "/dev/stderr"];

/**
 * All of the system's facts but who we are, where home is, the addresses that media can come to, and the
 * authorities that certificates are verified against: Deno names no permission for those alone.
 */
const REFUSED_FACTS = [
  ...["hostname", "osRelease", "osUptime", "loadavg", "systemMemoryInfo", "cpus", "gid"],
  ...["username", "userInfo", "statfs", "getPriority", "setPriority"],
];

export function permissionFlags(places: PermittedPlaces): string[] {
  const list = (flag: string, values: readonly string[]) =>
    values.length === 0 ? [] : [`--${flag}=${[...new Set(values)].map(escaped).join()}`];
  return [
    "--allow-net",
    ...list("allow-read", [...places.read, ...places.write, ...SYSTEM_FILES]),
    ...list("allow-write", places.write),
    ...list("allow-env", [...VARIABLES, ...places.variables]),
    "--allow-sys",
    ...list("deny-sys", REFUSED_FACTS),
    ...list("allow-run", [places.deno]),
    "--deny-ffi",
    "--deny-import",
  ];
}

/** A value in a list of a permission flag. */
function escaped(value: string): string {
  return value.replaceAll(",", ",,");
}
