/**
 * A subcommand that acts on a live call of a running station.
 *
 *     offhook hold [--call ID]  ─► the call that is meant ─► one method of the control API
 */
import type { CallView, Phone } from "../../control/contract/mod.ts";
import { say, sayJson } from "../process/mod.ts";
import { callField, LIVE, type LiveFields, withStation } from "./live.ts";
import { meantCall } from "./meant_call.ts";
import { type Command, defineCommand, type Fields, type ValuesOf } from "../args/mod.ts";

interface CallAction<F extends Fields> {
  /** As its JSON says it. */
  name: string;
  description?: string;
  examples: string[];
  /** What the command takes besides the common flags. */
  takes?: F;
  /** Which calls it can mean when none is named. */
  fits(call: CallView): boolean;
  act(phone: Phone, call: CallView, values: ValuesOf<F>): Promise<{ seq: number }>;
  /** What was done, as a person says it. */
  done(call: CallView, values: ValuesOf<F>): string;
}

export const talking = ({ state }: CallView) => state === "active" || state === "held";

type ActionFields = typeof callField & LiveFields;

export function callAction<F extends Fields>(row: CallAction<F>): Command {
  const { name, description, examples } = row;
  return defineCommand<ActionFields>({
    ...(description === undefined ? {} : { description }),
    examples,
    fields: { ...row.takes, ...callField },
    shared: LIVE,
    run: (values, { io }) =>
      withStation(values, io, async (phone) => {
        // What the row takes is among the values, by its own names.
        const own = values as unknown as ValuesOf<F>;
        const { calls } = await phone.request("status", {});
        const call = meantCall(calls, values.call, row.fits);
        const { seq } = await row.act(phone, call, own);
        if (values.json) {
          await sayJson(io, { schema: "offhook.action/1", action: name, call: call.id, seq });
        } else if (!values.quiet) await say(io, row.done(call, own));
        return 0;
      }),
  });
}
