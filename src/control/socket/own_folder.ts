/**
 * Folders that sockets and locks may be in. In a shared place such as /tmp another user can make a
 * folder, or a link, of the name that we would use: he would then own our socket.
 */
import { dirname } from "../../base/path/mod.ts";
import { fileReason, OffhookError } from "../../base/mod.ts";

/** Others may write. */
const WRITABLE = 0o022;
/** Of a folder in which everybody may write, but only touch what is his own. */
const STICKY = 0o1000;

/**
 * Makes the folder for our eyes only, or makes sure that it is that.
 * @throws OffhookError `file-unusable` when it is a link, another user's, or others may write in it
 */
export function ownFolder(path: string): void {
  safeFolder(dirname(path));
  const info = made(path);
  if (info.isSymlink) throw unsafe(path, "it is a symbolic link");
  if (!info.isDirectory) throw unsafe(path, "it is not a folder");
  if (!hasOwners()) return;
  if (info.uid !== Deno.uid()) throw unsafe(path, `it belongs to another user (${info.uid})`);
  if ((info.mode! & WRITABLE) !== 0) throw unsafe(path, "others may write in it");
  if ((info.mode! & 0o077) !== 0) Deno.chmodSync(path, 0o700);
}

/**
 * A folder that somebody named: made when it is missing, else left as it is.
 * @throws OffhookError `file-unusable` when another user could put his own socket in place of ours
 */
export function safeFolder(path: string): void {
  // A station may look at its own folders only; the launcher looked at this one (narrow.ts).
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return;
  const link = made(path);
  const info = Deno.statSync(path);
  const { uid, mode } = info;
  if (!info.isDirectory) throw unsafe(path, "it is not a folder");
  if (!hasOwners()) return;
  for (const owner of [link.uid, uid]) {
    if (owner !== 0 && owner !== Deno.uid()) {
      throw unsafe(path, `it belongs to another user (${owner})`);
    }
  }
  if ((mode! & WRITABLE) !== 0 && (mode! & STICKY) === 0) {
    throw unsafe(path, "others may write in it");
  }
}

function made(path: string): Deno.FileInfo {
  try {
    const info = entry(path);
    if (info !== undefined) return info;
    Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
    return Deno.lstatSync(path);
  } catch (cause) {
    throw new OffhookError("file-unusable", `cannot use ${path}: ${fileReason(cause)}`, {
      hint: "Set XDG_RUNTIME_DIR to a folder that you may write to, or leave it out.",
      cause,
    });
  }
}

/** What lies there; a link is not followed. */
function entry(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function hasOwners(): boolean {
  return Deno.uid() !== null;
}

function unsafe(path: string, why: string): OffhookError {
  return new OffhookError("file-unusable", `${path} is not used for sockets: ${why}`, {
    hint: "Remove it, or set XDG_RUNTIME_DIR to a folder of your own.",
    data: { path },
  });
}
