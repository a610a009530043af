/** `offhook schema COMMAND`: the JSON Schema of what it prints with --json. */
import { object } from "@optique/core/constructs";
import { multiple } from "@optique/core/modifiers";
import { argument } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { nearest } from "../../../config/nearest.ts";
import { OffhookError } from "../../../base/errors.ts";
import { jsonText } from "../../../base/text.ts";
import { type Context, defineCommand } from "../../args/command.ts";
import { described } from "../../args/options.ts";

const parser = object({
  words: multiple(argument(
    string({ metavar: "COMMAND" }),
    described("A command, such as dial or config show; or error. None: list them."),
  )),
});

export const schema = defineCommand({
  name: "schema",
  brief: "JSON Schema of a command's --json output",
  examples: ["schema dial", "schema config show", "schema error"],
  parser,
  async run({ words }, { io }: Context) {
    const { OUTPUT_SCHEMAS, outputJsonSchema } = await import("../../../control/schemas/index.ts");
    const names = Object.keys(OUTPUT_SCHEMAS) as (keyof typeof OUTPUT_SCHEMAS)[];
    const wanted = words.join(" ");
    if (wanted === "") {
      await io.stdout.write(names.map((name) => `${name}\n`).join(""));
      return 0;
    }
    const name = names.find((each) => each === wanted);
    if (name === undefined) {
      const whole = names.find((each) => wanted.startsWith(`${each} `));
      const near = whole ?? nearest(wanted, names);
      throw new OffhookError("usage", `there is no JSON output of "${wanted}"`, {
        hint: near === undefined ? `There are: ${names.join(", ")}.` : `Did you mean "${near}"?`,
      });
    }
    await io.stdout.write(`${jsonText(outputJsonSchema(name), 2)}\n`);
    return 0;
  },
});
