/** `offhook headset list | test | learn | on | off`. */
import {
  defineCommands,
  defineSubcommand,
  file,
  flag,
  jsonFields,
  option,
  text,
  type ValuesOf,
} from "../../args/mod.ts";
import { lazily } from "../../../base/mod.ts";

const place = {
  config: option("--config", file("FILE"), "Configuration file."),
  socket: option("--socket", file("PATH"), "The station's control socket."),
};

const which = {
  device: option(
    "--device",
    text("NAME"),
    "Which headset: part of its name, VENDOR:PRODUCT or path; needed only when there are several.",
  ),
};

const list = { ...place, ...jsonFields };

const test = {
  auto: flag(["--auto"], "Run without a person: test only the lamps and what the headset reports."),
  ...which,
  ...list,
};

const learn = {
  output: option(
    "--output",
    file("FILE"),
    "Where to write the quirk file; by default beside the configuration.",
  ),
  auto: flag(["--auto"], "Run without a person: learn only from what the headset reports."),
  force: flag(["--force"], "Overwrite an existing file."),
  ...which,
  ...place,
};

export type HeadsetListValues = ValuesOf<typeof list>;
export type TestValues = ValuesOf<typeof test>;
export type LearnValues = ValuesOf<typeof learn>;

const runs = () => lazily<typeof import("./run.ts")>(import.meta.url, "./run.ts");

export const command = defineCommands({
  examples: [
    "headset list",
    "headset list --json",
    "headset test",
    "headset test --auto --device Jabra --json",
    "headset learn --device 0b0e:2453",
  ],
}, {
  list: defineSubcommand<typeof list>(
    "List the headsets, what each one supports, and why something does not work",
    {
      fields: list,
      run: async (values, { io }) => await (await runs()).list(values, io),
    },
  ),
  test: defineSubcommand<typeof test>(
    "Test each lamp and button with your help, and print a report",
    {
      fields: test,
      async run(values, { io }) {
        const { runHeadsetTest } = await lazily<typeof import("./run_headset_test.ts")>(
          import.meta.url,
          "./run_headset_test.ts",
        );
        return await runHeadsetTest(values, io);
      },
    },
  ),
  learn: defineSubcommand<typeof learn>(
    "Record how a non-standard model behaves, in a quirk file",
    {
      fields: learn,
      async run(values, { io }) {
        const { runHeadsetLearn } = await lazily<typeof import("./run_learn.ts")>(
          import.meta.url,
          "./run_learn.ts",
        );
        return await runHeadsetLearn(values, io);
      },
    },
  ),
  on: defineSubcommand<typeof place>("Make the running station use headset buttons and lamps", {
    fields: place,
    run: async (values, { io }) => await (await runs()).useHeadsets(true, values, io),
  }),
  off: defineSubcommand<typeof place>(
    "Make the running station release headsets to other programs",
    {
      fields: place,
      run: async (values, { io }) => await (await runs()).useHeadsets(false, values, io),
    },
  ),
});
