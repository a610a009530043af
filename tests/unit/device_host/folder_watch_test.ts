/** What inotify says of a folder, decoded and asked for real. */
import assert from "node:assert/strict";
import { entryNames, watchFolder } from "../../../src/device_host/native/hid/folder_watch.ts";
import { testUnless } from "../../support/skip.ts";

/** The bytes of struct inotify_event with its name, padded as the kernel does. */
function event(name: string): number[] {
  const bytes = new TextEncoder().encode(name);
  const length = name === "" ? 0 : (bytes.length + 16) & ~15;
  const padded = [...bytes, ...Array.from({ length: length - bytes.length }, () => 0)];
  return [...Array.from({ length: 12 }, () => 7), length, 0, 0, 0, ...padded];
}

Deno.test("names stand behind each event, with and without padding, a cut one ends it", () => {
  const bytes = [...event("hidraw3"), ...event(""), ...event("a-name-of-sixteen"), 1, 2, 3];
  assert.deepEqual(entryNames(Uint8Array.from(bytes)), ["hidraw3", "", "a-name-of-sixteen"]);
  assert.deepEqual(entryNames(new Uint8Array()), []);
});

testUnless(
  Deno.build.os === "linux" ? undefined : "inotify is Linux's",
  "entries that come, go or change hands are told once a burst, others not",
  async () => {
    const folder = await Deno.makeTempDir();
    let told = 0;
    let tell: () => void = () => {};
    const stop = watchFolder(folder, (name) => name.startsWith("hidraw"), () => {
      told++;
      tell();
    });
    if (stop === undefined) assert.fail("there is glibc here");
    const next = () => new Promise<void>((resolve) => tell = resolve);
    let come = next();
    await Deno.writeTextFile(`${folder}/hidraw0`, "");
    await Deno.writeTextFile(`${folder}/hidraw1`, "");
    await Deno.writeTextFile(`${folder}/tty0`, "");
    await come;
    come = next();
    await Deno.chmod(`${folder}/hidraw0`, 0o660);
    await come;
    come = next();
    await Deno.remove(`${folder}/hidraw1`);
    await come;
    await Deno.remove(`${folder}/tty0`);
    await stop();
    assert.equal(told, 3);
    await Deno.remove(folder, { recursive: true });
  },
);

Deno.test("a folder that is not there is not watched", () => {
  assert.equal(watchFolder("/nowhere/at/all", () => true, () => {}), undefined);
});
