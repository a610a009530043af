/** `offhook redial`: calls the last number again. */
import { COMMAND_LINE_ACCOUNT, DIRECT_ACCOUNT } from "../../../core/account/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import { CALLING } from "../../phone_fields/mod.ts";
import { defineCommand } from "../../args/mod.ts";
import { detachField, type DialFlags, runDialValues } from "../dial/mod.ts";
import { withRecords } from "../../station/mod.ts";

const LAST = { direction: "outgoing", limit: 1 } as const;

export const command = defineCommand<DialFlags>({
  description:
    "Calls the number of the newest outgoing call in the history again, answered or not. " +
    "It takes the options of dial.",
  examples: ["redial", "redial --detach"],
  fields: detachField,
  shared: CALLING,
  async run(values, context) {
    const { records: [last] } = await withRecords(
      values,
      context.io,
      (records) => records.request("history", { ...LAST, account: values.account }),
    );
    if (last === undefined) {
      throw new OffhookError("not-found", "no number was dialled yet", {
        hint: "Calls of `offhook dial` and of a station are remembered.",
      });
    }
    const { account, remote } = last;
    // Without an account of the configuration the address itself says which way to go.
    const named = account === DIRECT_ACCOUNT || account === COMMAND_LINE_ACCOUNT
      ? undefined
      : account;
    const target = remote.uri;
    return await runDialValues({ ...values, target, account: values.account ?? named }, context);
  },
});
