/** The environment of this process. */
import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { processEnvironment } from "../../../src/config/environment.ts";

Deno.test("without HOME it is the home folder of the user's account", () => {
  const before = Deno.env.get("HOME");
  try {
    Deno.env.set("HOME", "/somewhere");
    assert.equal(processEnvironment("HOME"), "/somewhere");
    Deno.env.delete("HOME");
    assert.equal(processEnvironment("HOME"), userInfo().homedir);
    assert.equal(processEnvironment("OFFHOOK_NO_SUCH_VARIABLE"), undefined);
  } finally {
    if (before !== undefined) Deno.env.set("HOME", before);
  }
});
