/** From arguments to an exit status. */
export { runCli } from "./cli.ts";
export { COMMANDS, loadCommand } from "./commands.ts";
