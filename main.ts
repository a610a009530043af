/**
 * offhook: argv → command → exit status. The only place that ends the process.
 */
import { runCli } from "./src/cli/mod.ts";
import { processIo } from "./src/cli/process/mod.ts";

const io = processIo((status) => Deno.exit(status));
Deno.exit(await runCli(Deno.args, { io }));
