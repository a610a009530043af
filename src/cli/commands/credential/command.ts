/** `offhook credential set | list | remove`: passwords in the private store. */
import { argument, defineCommands, defineSubcommand, jsonFields, text } from "../../args/mod.ts";
import { lazily } from "../../../base/mod.ts";

const fields = { account: argument(text("ACCOUNT"), "Name of the account in the configuration.") };

const runs = () => lazily<typeof import("./run.ts")>(import.meta.url, "./run.ts");

export const command = defineCommands({
  synopsis: "set ACCOUNT|list [--json]|remove ACCOUNT",
  examples: ["credential set work", "pass show sip/work | offhook credential set work"],
}, {
  set: defineSubcommand<typeof fields>(
    "Store a password: asks for it on a terminal, otherwise reads standard input",
    { fields, run: async ({ account }, { io }) => await (await runs()).set(account, io) },
  ),
  list: defineSubcommand<typeof jsonFields>(
    "List the accounts that have a password, never the password itself",
    {
      fields: jsonFields,
      run: async ({ json }, { io }) => await (await runs()).list(json, io),
    },
  ),
  remove: defineSubcommand<typeof fields>("Remove a password", {
    fields,
    run: async ({ account }, { io }) => await (await runs()).remove(account, io),
  }),
});
