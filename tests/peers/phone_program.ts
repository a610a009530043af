/**
 * The phone that a test starts as a user does: the checkout's, or the bundle in the folder that
 * `OFFHOOK_BUNDLE` names (`tools/run_tests.ts` has one made).
 */
import { fileURLToPath } from "node:url";
import { bundleForm, checkoutForm, type PhoneForm } from "../../tools/bundle/mod.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

function testedPhone(): PhoneForm {
  const bundle = Deno.env.get("OFFHOOK_BUNDLE");
  return bundle === undefined ? checkoutForm(ROOT) : bundleForm(bundle);
}

/** What Deno is told before the arguments of `offhook`. */
export const PHONE_ARGUMENTS: readonly string[] = phoneArguments(testedPhone());

function phoneArguments({ config, main }: PhoneForm): string[] {
  return ["run", "--quiet", "--no-prompt", `--config=${config}`, "-P=station", main];
}

/** The same as words of a shell; paths of tests need no other quotes. */
export const PHONE_COMMAND = [Deno.execPath(), ...PHONE_ARGUMENTS].map((word) => `"${word}"`)
  .join(" ");
