/** The words of `offhook devices`. */
import assert from "node:assert/strict";
import { type Command, fieldsOf, subcommand } from "../../../src/cli/args/command.ts";
import { readArgs } from "../../../src/cli/args/read_args.ts";
import { command as devices } from "../../../src/cli/commands/devices/command.ts";

Deno.test("without a word the devices are listed", () => {
  const read = (command: Command, ...args: string[]) =>
    readArgs(fieldsOf(command), args, { name: "devices", examples: [] });
  assert.deepEqual(read(devices), { json: false });
  assert.deepEqual(read(devices, "--json"), { json: true });
  const { json, mic } = read(subcommand(devices, "use")!, "--json", "--mic", "tone");
  assert.deepEqual({ json, mic }, { json: true, mic: "tone" });
});
