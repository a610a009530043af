/**
 * Puts a bundle under a prefix: `PREFIX/lib/offhook/phone-DIGEST`. A station that runs from the one
 * before still loads parts of it when it first needs them, so that one stays until the next time.
 */
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { bundleForm, makeBundle, type PhoneForm } from "./mod.ts";

const NAME = "phone-";

/** @throws Error with one line on what is wrong; then nothing has changed */
export async function placeBundle(prefix: string): Promise<PhoneForm> {
  const place = join(prefix, "lib", "offhook");
  const fresh = join(place, `new-${Deno.pid}`);
  try {
    await Deno.mkdir(place, { recursive: true });
    await makeBundle(fresh);
    const folder = join(place, NAME + await digestOf(fresh));
    // The same phone as before, in use or not.
    await Deno.rename(fresh, folder).catch(() => Deno.remove(fresh, { recursive: true }));
    await Deno.utime(folder, new Date(), new Date());
    await removeOld(place);
    return bundleForm(folder);
  } catch (error) {
    await Deno.remove(fresh, { recursive: true }).catch(() => {});
    throw error;
  }
}

async function digestOf(folder: string): Promise<string> {
  const digest = createHash("sha256");
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  for (const path of paths) {
    const { isFile } = await Deno.stat(join(folder, path));
    if (isFile) digest.update(path).update("\0").update(await Deno.readFile(join(folder, path)));
  }
  return digest.digest("hex").slice(0, 12);
}

/** All but the newest two. */
async function removeOld(place: string): Promise<void> {
  const bundles = (await Array.fromAsync(Deno.readDir(place)))
    .filter(({ name }) => name.startsWith(NAME))
    .map(({ name }) => join(place, name))
    .map((path) => ({ path, at: Deno.statSync(path).mtime?.getTime() ?? 0 }))
    .sort((one, other) => other.at - one.at);
  for (const { path } of bundles.slice(2)) await Deno.remove(path, { recursive: true });
}
