/** Set-up is silent and quick when everything is there. */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

Deno.test({
  name: "set-up says nothing and is quick when everything is there",
  timeout: 10_000,
  fn: async () => {
    const started = performance.now();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-P=setup", "tools/setup.ts"],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    assert.equal(code, 0);
    assert.equal(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr), "");
    // Some 50 ms on an idle machine; the bound only tells it from an installation.
    assert.ok(performance.now() - started < 2_000);
  },
});
