/** Whether another user could reach what a launcher names. */
import assert from "node:assert/strict";
import { unreadablePart } from "../../../tools/readable.ts";

Deno.test("homes are nobody else's; elsewhere the first part that is closed is named", async () => {
  for (const [path, part] of [["/root/x/main.ts", "/root"], ["/home/a/offhook/main.ts", "/home"]]) {
    assert.equal(unreadablePart(path!), part);
  }
  const folder = await Deno.makeTempDir();
  try {
    const inner = `${folder}/checkout`;
    const file = `${inner}/main.ts`;
    await Deno.mkdir(inner);
    await Deno.writeTextFile(file, "");
    for (const path of [folder, inner, file]) await Deno.chmod(path, 0o755);
    assert.equal(unreadablePart(file), undefined);
    await Deno.chmod(inner, 0o711);
    assert.equal(unreadablePart(file), undefined, "to enter a folder is enough");
    await Deno.chmod(folder, 0o700);
    assert.equal(unreadablePart(file), folder);
    await Deno.chmod(file, 0o711);
    assert.equal(unreadablePart(file), file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
