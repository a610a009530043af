/** `offhook version`: alone it is answered without this file. */
import { defineCommand, jsonFields } from "../../args/mod.ts";
import { sayJson, VERSION } from "../../process/mod.ts";

export const command = defineCommand<typeof jsonFields>({
  fields: jsonFields,
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
