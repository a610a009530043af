/** Why a file cannot be used, in the same words on both runtimes. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileReason } from "../../../src/base/file_reason.ts";

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  return await work().then(() => assert.fail("it did not fail"), (error) => error);
}

Deno.test("both runtimes' errors are told in the same words", async () => {
  const missing = `${Deno.cwd()}/no-such-folder/x`;
  assert.equal(fileReason(await failureOf(() => Deno.open(missing))), "no such file or folder");
  assert.equal(fileReason(await failureOf(() => readFile(missing))), "no such file or folder");
  assert.equal(
    fileReason(await failureOf(() => Deno.readTextFile(Deno.cwd()))),
    "it is a folder",
  );
  assert.equal(fileReason(await failureOf(() => readFile(Deno.cwd()))), "it is a folder");
});

Deno.test("no permission flag of the runtime is ever advised", () => {
  const error = new Deno.errors.NotCapable("run again with the --allow-all flag");
  const reason = fileReason(error);
  assert.equal(reason, "it is not an ordinary file, or not in a folder that the station may use");
  assert.doesNotMatch(reason, /--|flag|allow/);
});

Deno.test("what is not known speaks for itself", () => {
  assert.equal(fileReason(new Error("it holds no PEM block")), "it holds no PEM block");
  assert.equal(fileReason("odd"), "odd");
});
