/** Where the built naudiodon addon lies: beside the checkout's other caches, one per build target. */

/** Version of naudiodon that the build step builds; the same as in deno.json. */
const NAUDIODON_VERSION = "2.3.6";

/** Folder of the built addon and its libportaudio, as a path without a final slash. */
export function naudiodonFolder(): string {
  const target = `${NAUDIODON_VERSION}-${Deno.build.os}-${Deno.build.arch}`;
  return decodeURIComponent(
    new URL(`../../../../.cache/naudiodon/${target}`, import.meta.url).pathname,
  );
}

export function naudiodonAddon(folder = naudiodonFolder()): string {
  return `${folder}/naudiodon.node`;
}
