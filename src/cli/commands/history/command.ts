/** `offhook history`: past calls, newest first. */
import {
  defineCommand,
  flag,
  option,
  readMoment,
  readWholeNumber,
  text,
  type ValuesOf,
} from "../../args/mod.ts";
import { lazily } from "../../../base/mod.ts";
import { LIVE, type LiveFields } from "../../live/mod.ts";

const fields = {
  missed: flag(["--missed"], "Only missed calls, without those answered elsewhere."),
  incoming: flag(["--incoming"], "Only incoming calls."),
  outgoing: flag(["--outgoing"], "Only outgoing calls."),
  since: option(
    "--since",
    { metavar: "WHEN", read: readMoment },
    "Only calls since a date, a time, or an age such as 2h or 7d.",
  ),
  until: option("--until", { metavar: "WHEN", read: readMoment }, "Only calls before this time."),
  with: option(
    "--with",
    text("TEXT"),
    "Only calls whose name, address or number contains this text.",
  ),
  account: option("--account", text("NAME"), "Only calls of this account."),
  limit: option(
    "--limit",
    { metavar: "N", read: readWholeNumber(1, 1_000_000) },
    "Maximum number of calls; 50 by default.",
  ),
};

type HistoryFields = typeof fields & LiveFields;

export type HistoryValues = ValuesOf<HistoryFields>;

export const command = defineCommand<HistoryFields>({
  description:
    "Lists calls of all stations of this user, and of dial and answer without a station. " +
    "--json prints one object per line.",
  examples: ["history --missed --since 1d", "history --with 0301234567 --json | jq .durationMs"],
  fields,
  shared: LIVE,
  async run(values, { io }) {
    const { runHistory } = await lazily<typeof import("./run.ts")>(
      import.meta.url,
      "./run.ts",
    );
    return await runHistory(values, io);
  },
});
