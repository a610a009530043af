/** `offhook headset list | test | learn | on | off`. */
import { merge, object, or } from "@optique/core/constructs";
import { optional } from "@optique/core/modifiers";
import { command, constant, option } from "@optique/core/primitives";
import type { InferValue } from "@optique/core/parser";
import { string } from "@optique/core/valueparser";
import { type Context, defineCommand, synopsis } from "../../args/command.ts";
import { described, jsonOption } from "../../args/options.ts";
import * as v from "../../args/values.ts";

const place = object({
  config: optional(option("--config", v.path("FILE"), described("Configuration file."))),
  socket: optional(option("--socket", v.path("PATH"), described("The station's control socket."))),
});

const which = object({
  device: optional(option(
    "--device",
    string({ metavar: "NAME" }),
    described("Which headset: part of its name, VENDOR:PRODUCT or path; not needed for one."),
  )),
});

const list = merge(object({ action: constant("list") }), place, jsonOption);

const test = merge(
  object({
    action: constant("test"),
    auto: option("--auto", described("Nobody is there: lamps and their answers only.")),
  }),
  which,
  place,
  jsonOption,
);

const learn = merge(
  object({
    action: constant("learn"),
    output: optional(option(
      "--output",
      v.path("FILE"),
      described("Where to write the quirk; by default beside the configuration."),
    )),
    auto: option("--auto", described("Nobody is there: learn from the lamps' answers only.")),
    force: option("--force", described("Overwrite a file that is there.")),
  }),
  which,
  place,
);

const on = merge(object({ action: constant("on") }), place);
const off = merge(object({ action: constant("off") }), place);

const parser = or(
  command("list", list, {
    brief: v.words("What is plugged in, what each can do, and why not"),
    usageLine: synopsis("[OPTIONS]"),
  }),
  command("test", test, {
    brief: v.words("Try each lamp and button with a person, and report"),
    usageLine: synopsis("[OPTIONS]"),
  }),
  command("learn", learn, {
    brief: v.words("Write down how a model that breaks the rules behaves"),
    usageLine: synopsis("[OPTIONS]"),
  }),
  command("on", on, {
    brief: v.words("Let the running station use headset buttons and lamps"),
    usageLine: synopsis("[OPTIONS]"),
  }),
  command("off", off, {
    brief: v.words("Make the running station leave them to other programs"),
    usageLine: synopsis("[OPTIONS]"),
  }),
);

export type HeadsetValues = InferValue<typeof parser>;
export type ListValues = InferValue<typeof list>;
export type TestValues = InferValue<typeof test>;
export type LearnValues = InferValue<typeof learn>;

export const headset = defineCommand({
  name: "headset",
  brief: "Buttons and lamps of headsets: list, test, learn",
  synopsis: "list|test|learn|on|off [OPTIONS]",
  examples: [
    "headset list",
    "headset list --json",
    "headset test",
    "headset test --auto --device Jabra --json",
    "headset learn --device 0b0e:2453",
  ],
  parser,
  run: async (values: HeadsetValues, context: Context) =>
    await (await import("./run_headset.ts")).runHeadset(values, context),
});
