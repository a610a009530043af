/** `offhook config init | check | show | schema | qos`. */
import { FIRST_ACCOUNT } from "../../../config/values/mod.ts";
import { ACCOUNT, accountFields, logFields, tlsFields } from "../../phone_fields/mod.ts";
import {
  defaulted,
  defineCommands,
  defineSubcommand,
  flag,
  jsonFields,
  option,
  text,
  type ValuesOf,
} from "../../args/mod.ts";
import { lazily } from "../../../base/mod.ts";

const init = {
  name: defaulted("--name", { ...text("NAME"), fallback: FIRST_ACCOUNT }, "Name of the account."),
  force: flag(["--force"], "Overwrite an existing configuration."),
  example: flag(["--example"], "Print the commented example instead."),
};

const qos = {
  as: option("--as", text("NAME"), "User that runs offhook; the present user by default."),
};

const accountGroups = { [ACCOUNT]: accountFields, TLS: tlsFields };

const reading = {
  fields: jsonFields,
  shared: { ...accountGroups, Logging: logFields },
};

type AccountFields = typeof accountFields & typeof tlsFields;
type ReadingFields = typeof jsonFields & AccountFields & typeof logFields;

type QosFields = typeof qos & Pick<typeof accountFields, "config">;

export type QosValues = ValuesOf<QosFields>;
export type InitValues = ValuesOf<typeof init & AccountFields>;
export type CheckValues = ValuesOf<ReadingFields>;
export type ShowValues = ValuesOf<ReadingFields>;

const runs = () => lazily<typeof import("./run.ts")>(import.meta.url, "./run.ts");

export const command = defineCommands({
  examples: [
    "config init --server sip.example.com --user alice --transport tls",
    "config check",
    "config show --json",
    "config qos",
  ],
}, {
  init: defineSubcommand<typeof init & AccountFields>(
    "Write a configuration: from questions on a terminal, otherwise from flags",
    {
      fields: init,
      shared: accountGroups,
      async run(values, { io }) {
        if (values.example) return await (await runs()).runExample(io);
        const { runInit } = await lazily<typeof import("./run_init.ts")>(
          import.meta.url,
          "./run_init.ts",
        );
        return await runInit(values, io);
      },
    },
  ),
  check: defineSubcommand<ReadingFields>("Check the configuration and list every error", {
    ...reading,
    run: async (values, { io }) => await (await runs()).runCheck(values, io),
  }),
  show: defineSubcommand<ReadingFields>("Show the effective configuration, without secrets", {
    ...reading,
    run: async (values, { io }) => await (await runs()).runShow(values, io),
  }),
  schema: defineSubcommand("Print the JSON Schema of the file", {
    run: async (_values, { io }) => await (await runs()).runSchema(io),
  }),
  qos: defineSubcommand<QosFields>(
    "Print firewall rules (nftables) that mark sound and signalling for the network",
    {
      fields: { ...qos, config: accountFields.config },
      async run(values, { io }) {
        const { runQos } = await lazily<typeof import("./run_qos.ts")>(
          import.meta.url,
          "./run_qos.ts",
        );
        return await runQos(values, io);
      },
    },
  ),
});
