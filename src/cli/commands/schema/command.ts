/** `offhook schema`: the JSON Schema of what a command prints with --json, or of the control API. */
import { jsonText, lazily, nearest, OffhookError } from "../../../base/mod.ts";
import { defineCommand, flag, words } from "../../args/mod.ts";

const fields = {
  api: flag(["--api"], "Every method and event of the control API."),
  words: words(
    "COMMAND",
    "A command, such as dial or config show, or error; without it the list of them.",
  ),
};

export const command = defineCommand<typeof fields>({
  examples: ["schema dial", "schema config show", "schema error", "schema --api"],
  fields,
  async run({ api, words }, { io }) {
    if (api) {
      const { apiSchema } = await lazily<typeof import("../../../control/schemas/api.ts")>(
        import.meta.url,
        "../../../control/schemas/api.ts",
      );
      await io.stdout.write(`${jsonText(apiSchema(), 2)}\n`);
      return 0;
    }
    const { OUTPUT_SCHEMAS, outputJsonSchema } = await lazily<
      typeof import("../../../control/schemas/index.ts")
    >(import.meta.url, "../../../control/schemas/index.ts");
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
