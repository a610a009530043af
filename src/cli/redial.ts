/** `offhook redial`: calls whom we called last. */
import type { InferValue } from "@optique/core/parser";
import { DIRECT_ACCOUNT } from "../control/phone.ts";
import { OffhookError } from "../core/errors.ts";
import { type Context, defineCommand } from "./command.ts";
import { dialFlags, runDialValues } from "./dial.ts";
import { readStore } from "./read_store.ts";

export type RedialValues = InferValue<typeof dialFlags>;

export const redial = defineCommand({
  name: "redial",
  brief: "Call whom we called last",
  synopsis: "[OPTIONS]",
  description:
    "Takes the newest outgoing call of the history, answered or not, and calls it again " +
    "with the options of dial.",
  examples: ["redial", "redial --detach"],
  parser: dialFlags,
  async run(values: RedialValues, context: Context) {
    const last = await readStore(
      context.io,
      undefined,
      ({ history }) => history.lastDialled(values.account),
    );
    if (last === undefined) {
      throw new OffhookError("not-found", "there is no call to repeat", {
        hint: "Only calls that a station made are remembered.",
      });
    }
    const { account, remote } = last;
    const named = account === DIRECT_ACCOUNT ? undefined : account;
    const target = remote.uri;
    return await runDialValues({ ...values, target, account: values.account ?? named }, context);
  },
});
