/**
 * offhook: argv → command → exit status. The only place that ends the process.
 */
import { runCli } from "./src/cli/cli.ts";
import { processIo } from "./src/cli/process/process_io.ts";

const io = processIo((status) => Deno.exit(status));
Deno.exit(await runCli(Deno.args, { io }));
