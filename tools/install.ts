// deno-lint-ignore-file no-console
/**
 * Puts `offhook` on the PATH: `deno task install [--prefix FOLDER] [--checkout]`.
 *
 *     set-up (npm packages, sound library) ─► bundle in PREFIX/lib/offhook ─► PREFIX/bin/offhook
 *                                         └─► offhook.1, the manual page
 *
 * The launcher starts that bundle with the Deno that runs now; nothing of Deno's own shows. It starts
 * the checkout where no bundle can be made, or with `--checkout`, which is for who works on it. PREFIX is
 * `~/.local` unless given; the page goes to `$XDG_DATA_HOME/man/man1` then, else to
 * `PREFIX/share/man/man1`. A Deno that is only in npx's cache, or that other users cannot read when
 * PREFIX is for all of them, is copied to `PREFIX/lib/offhook/deno`. Nothing else is written, and
 * removing these files removes it all.
 */
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { beforePermissions, launchArguments } from "../src/config/values/launch.ts";
import { checkoutForm, type PhoneForm } from "./bundle/mod.ts";
import { placeBundle } from "./bundle/place_bundle.ts";
import { unreadablePart } from "./readable.ts";
import { shellQuoted } from "../src/config/credentials/private_file.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

interface Wishes {
  prefix: string;
  /** Where manual pages are. */
  manuals: string;
  setUp: boolean;
  bundle: boolean;
}

const USAGE = "usage: deno task install [--prefix FOLDER] [--checkout]";

/** @throws Error with one line on what is wrong */
function wishesOf(args: readonly string[]): Wishes {
  let prefix: string | undefined;
  let [setUp, bundle] = [true, true];
  for (let index = 0; index < args.length; index++) {
    const [flag, inline] = args[index]!.split(/=(.*)/s);
    if (flag === "--prefix") prefix = inline ?? args[++index];
    else if (flag === "--no-setup") setUp = false;
    else if (flag === "--checkout") bundle = false;
    else throw new Error(`unknown argument ${flag}; ${USAGE}`);
  }
  if (prefix === "") throw new Error("--prefix needs a folder");
  const home = Deno.env.get("HOME");
  if (prefix === undefined && !home) throw new Error("HOME is not set: give --prefix FOLDER");
  const place = resolve(prefix ?? join(home!, ".local"));
  const data = prefix === undefined ? Deno.env.get("XDG_DATA_HOME") : undefined;
  return {
    prefix: place,
    manuals: join(data || join(place, "share"), "man", "man1"),
    setUp,
    bundle,
  };
}

/** The launcher's text. Paths are quoted for sh. */
export function launcher(deno: string, { config, main, narrow }: PhoneForm): string {
  const words = (args: readonly string[]) => args.map(shellQuoted).join(" ");
  const permissions = ["run", "--quiet", "--no-prompt", `--config=${config}`, "-P=narrow", narrow];
  return `#!/bin/sh
# Starts offhook. Written by \`deno task install\`; to uninstall, remove this file and lib/offhook.
# A station gets the permissions that its configuration needs: docs/security.md.
# Deno does not start in a folder that was deleted.
case $(pwd -P 2> /dev/null) in /*) ;; *) cd / ;; esac
if [ "\${1-}" = station ]; then
  may=$(${words([deno, ...permissions])} "$@" < /dev/null 2> /dev/null)
  if [ -n "$may" ]; then
    eval "set -- $may \\"\\$@\\""
    exec ${words([deno, ...beforePermissions(config)])} "$@"
  fi
fi
exec ${words([deno, ...launchArguments(config, main)])} "$@"
`;
}

/** npm packages and the rest: the first call must not have to wait for them. */
async function setUp(): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-P=setup", "tools/setup.ts"],
    cwd: ROOT,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("the set-up failed; nothing was installed");
}

function write(path: string, text: string, mode: number): Promise<void> {
  return replace(path, mode, (beside) => Deno.writeTextFile(beside, text));
}

/** A file that is in use, or half written, is never met at `path`. */
async function replace(
  path: string,
  mode: number,
  make: (path: string) => Promise<void>,
): Promise<void> {
  const beside = `${path}.${Deno.pid}`;
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await make(beside);
    await Deno.chmod(beside, mode);
    await Deno.rename(beside, path);
  } catch (error) {
    await Deno.remove(beside).catch(() => {});
    const why = error instanceof Deno.errors.PermissionDenied ? "permission denied" : String(error);
    throw new Error(`cannot write ${path}: ${why}`);
  }
}

/** A page that cannot be written costs the page, not the program. */
async function installManual(path: string): Promise<void> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-P=setup", "tools/print_manual.ts"],
      cwd: ROOT,
      stdin: "null",
    }).output();
    const said = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (!success) throw new Error(said(stderr).trim().split("\n")[0]);
    await write(path, said(stdout), 0o644);
    say(`installed ${path}`);
  } catch (error) {
    say(`no manual page: ${reasonOf(error)}`);
  }
}

/** A prefix outside every home is for all users of the machine. */
function isForAll(prefix: string): boolean {
  return unreadablePart(dirname(prefix)) === undefined;
}

/** The Deno that runs now, where it stays and can be read; else a copy of it. */
async function lastingDeno(prefix: string): Promise<string> {
  const deno = Deno.execPath();
  const stays = !deno.includes("/_npx/");
  if (stays && !(isForAll(prefix) && unreadablePart(deno) !== undefined)) return deno;
  const copy = join(prefix, "lib", "offhook", "deno");
  if (copy !== deno) await replace(copy, 0o755, (beside) => Deno.copyFile(deno, beside));
  say(`installed ${copy}`);
  return copy;
}

/** Without a bundle the phone is as good, and starts later. */
async function formFor({ prefix, bundle }: Wishes): Promise<PhoneForm> {
  if (!bundle) return checkoutForm(ROOT);
  try {
    const form = await placeBundle(prefix);
    say(`installed ${dirname(form.main)}`);
    return form;
  } catch (error) {
    say(`no bundle, so that offhook starts from this checkout, and slower: ${reasonOf(error)}`);
    return checkoutForm(ROOT);
  }
}

/** Who installs for all users should know when only they can use it. */
function sayUnreadable({ main }: PhoneForm): void {
  const fromCheckout = dirname(main) === resolve(ROOT);
  const part = unreadablePart(main) ??
    (fromCheckout ? unreadablePart(join(ROOT, "node_modules", ".offhook-setup")) : undefined);
  if (part === undefined) return;
  say(`Other users, such as that of the systemd unit, cannot use this: ${part} keeps them out.`);
  if (fromCheckout) say("For them, clone it to /opt/offhook and install from there.");
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function say(line: string): void {
  console.error(line);
}

function sayPath(folder: string): void {
  const onPath = (Deno.env.get("PATH") ?? "").split(delimiter).some((part) =>
    part !== "" && resolve(part) === folder
  );
  if (onPath) return;
  say(`${folder} is not on your PATH. Type, and put it in your shell's start file:`);
  say(`  export PATH=${shellQuoted(folder)}:"$PATH"`);
}

async function install(args: readonly string[]): Promise<void> {
  const wishes = wishesOf(args);
  if (Deno.build.os === "windows") throw new Error("the launcher is for Unix systems");
  if (wishes.setUp) await setUp();
  const folder = join(wishes.prefix, "bin");
  const path = join(folder, "offhook");
  const deno = await lastingDeno(wishes.prefix);
  const form = await formFor(wishes);
  await write(path, launcher(deno, form), 0o755);
  say(`installed ${path}`);
  await installManual(join(wishes.manuals, "offhook.1"));
  if (isForAll(wishes.prefix)) sayUnreadable(form);
  sayPath(folder);
}

if (import.meta.main) {
  try {
    await install(Deno.args);
  } catch (error) {
    console.error(`install: ${reasonOf(error)}`);
    Deno.exit(1);
  }
}
