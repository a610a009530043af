/** `offhook config init | check | show | schema`. */
import { FIRST_ACCOUNT } from "../../../config/constants.ts";
import { merge, object, or } from "@optique/core/constructs";
import { withDefault } from "@optique/core/modifiers";
import { command, constant, option } from "@optique/core/primitives";
import type { InferValue } from "@optique/core/parser";
import { string } from "@optique/core/valueparser";
import { type Context, defineCommand, synopsis } from "../../args/command.ts";
import {
  accountOptions,
  described,
  jsonOption,
  logOptions,
  tlsOptions,
} from "../../args/options.ts";
import { words } from "../../args/values.ts";

const init = merge(
  object({
    action: constant("init"),
    name: withDefault(
      option("--name", string({ metavar: "NAME" }), described("Name of the account.")),
      FIRST_ACCOUNT,
    ),
    force: option("--force", described("Overwrite a configuration that is there.")),
    example: option("--example", described("Print the commented example instead.")),
  }),
  accountOptions,
  tlsOptions,
);

const check = merge(
  object({ action: constant("check") }),
  jsonOption,
  accountOptions,
  tlsOptions,
  logOptions,
);
const show = merge(
  object({ action: constant("show") }),
  jsonOption,
  accountOptions,
  tlsOptions,
  logOptions,
);

const parser = or(
  command("init", init, {
    brief: words("Write a configuration: asks on a terminal, else takes flags"),
    usageLine: synopsis("[OPTIONS]"),
  }),
  command("check", check, {
    brief: words("Say what is wrong with it, all at once"),
    usageLine: synopsis("[OPTIONS]"),
  }),
  command("show", show, {
    brief: words("The configuration in force, without secrets"),
    usageLine: synopsis("[OPTIONS]"),
  }),
  command("schema", object({ action: constant("schema") }), {
    brief: words("JSON Schema of the file"),
  }),
);

export type ConfigValues = InferValue<typeof parser>;
export type InitValues = InferValue<typeof init>;
export type CheckValues = InferValue<typeof check>;
export type ShowValues = InferValue<typeof show>;

export const config = defineCommand({
  name: "config",
  brief: "init, check, show, schema: the configuration",
  synopsis: "init|check|show|schema [OPTIONS]",
  examples: [
    "config init --server sip.example.com --user alice --transport tls",
    "config check",
    "config show --json",
  ],
  parser,
  run: async (values: ConfigValues, context: Context) =>
    await (await import("./run_config.ts")).runConfig(values, context),
});
