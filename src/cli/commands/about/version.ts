/** `offhook version`: alone it is answered without this file. */
import { defineCommand } from "../../args/command.ts";
import { sayJson } from "../../process/io.ts";
import { jsonOption } from "../../args/options.ts";
import { VERSION } from "../../process/version_number.ts";

export const version = defineCommand({
  name: "version",
  brief: "Version of offhook, and of what it runs on with --json",
  parser: jsonOption,
  async run({ json }, { io }) {
    if (!json) await io.stdout.write(`offhook ${VERSION}\n`);
    else {
      const { deno, v8, typescript } = Deno.version;
      const { target } = Deno.build;
      await sayJson(io, {
        schema: "offhook.version/1",
        version: VERSION,
        deno,
        v8,
        typescript,
        platform: target,
      });
    }
    return 0;
  },
});
