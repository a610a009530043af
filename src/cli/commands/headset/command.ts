/** `offhook headset list | test | learn | on | off`. */
import { defineCommands, defineSubcommand } from "../../args/command.ts";
import { file, flag, option, text, type ValuesOf } from "../../args/fields.ts";
import { lazily } from "../../args/lazily.ts";
import { jsonFields } from "../../args/output_fields.ts";

const place = {
  config: option("--config", file("FILE"), "Configuration file."),
  socket: option("--socket", file("PATH"), "The station's control socket."),
};

const which = {
  device: option(
    "--device",
    text("NAME"),
    "Which headset: part of its name, VENDOR:PRODUCT or path; not needed for one.",
  ),
};

const list = { ...place, ...jsonFields };

const test = {
  auto: flag(["--auto"], "Nobody is there: lamps and their answers only."),
  ...which,
  ...list,
};

const learn = {
  output: option(
    "--output",
    file("FILE"),
    "Where to write the quirk; by default beside the configuration.",
  ),
  auto: flag(["--auto"], "Nobody is there: learn from the lamps' answers only."),
  force: flag(["--force"], "Overwrite a file that is there."),
  ...which,
  ...place,
};

export type ListValues = ValuesOf<typeof list>;
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
  list: defineSubcommand<typeof list>("What is plugged in, what each can do, and why not", {
    fields: list,
    run: async (values, { io }) => await (await runs()).list(values, io),
  }),
  test: defineSubcommand<typeof test>("Try each lamp and button with a person, and report", {
    fields: test,
    async run(values, { io }) {
      const { runHeadsetTest } = await lazily<typeof import("./run_headset_test.ts")>(
        import.meta.url,
        "./run_headset_test.ts",
      );
      return await runHeadsetTest(values, io);
    },
  }),
  learn: defineSubcommand<typeof learn>("Write down how a model that breaks the rules behaves", {
    fields: learn,
    async run(values, { io }) {
      const { runHeadsetLearn } = await lazily<typeof import("./run_learn.ts")>(
        import.meta.url,
        "./run_learn.ts",
      );
      return await runHeadsetLearn(values, io);
    },
  }),
  on: defineSubcommand<typeof place>("Let the running station use headset buttons and lamps", {
    fields: place,
    run: async (values, { io }) => await (await runs()).useHeadsets(true, values, io),
  }),
  off: defineSubcommand<typeof place>("Make the running station leave them to other programs", {
    fields: place,
    run: async (values, { io }) => await (await runs()).useHeadsets(false, values, io),
  }),
});
