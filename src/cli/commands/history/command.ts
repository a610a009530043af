/** `offhook history`: the calls that were, newest first. */
import { outputFields } from "../../args/output_fields.ts";
import { flag, option, text, type ValuesOf } from "../../args/fields.ts";
import { defineCommand } from "../../args/command.ts";
import { lazily } from "../../args/lazily.ts";
import { readMoment } from "../../args/moments.ts";
import { readWholeNumber } from "../../args/readers.ts";

const fields = {
  missed: flag(["--missed"], "Only missed calls; one answered elsewhere is none."),
  incoming: flag(["--incoming"], "Only calls to us."),
  outgoing: flag(["--outgoing"], "Only calls of ours."),
  since: option(
    "--since",
    { metavar: "WHEN", read: readMoment },
    "Not before: a date, a time, or so long ago (2h, 7d).",
  ),
  until: option("--until", { metavar: "WHEN", read: readMoment }, "Before this time."),
  with: option(
    "--with",
    text("TEXT"),
    "Whose name, address or number has this in it.",
  ),
  account: option("--account", text("NAME"), "Only calls of this account."),
  limit: option(
    "--limit",
    { metavar: "N", read: readWholeNumber(1, 1_000_000) },
    "At most so many; 50 by default.",
  ),
};

export type HistoryValues = ValuesOf<typeof fields & typeof outputFields>;

export const command = defineCommand<typeof fields & typeof outputFields>({
  description: "Calls of every station of this user, and of dial and answer without one. With " +
    "--json one object a line.",
  examples: ["history --missed --since 1d", "history --with 0301234567 --json | jq .durationMs"],
  fields,
  shared: { Output: outputFields },
  async run(values, { io }) {
    const { runHistory } = await lazily<typeof import("./run.ts")>(
      import.meta.url,
      "./run.ts",
    );
    return await runHistory(values, io);
  },
});
