/** The configuration file: how it is found, read and shown. */
export { initialToml } from "./initial.ts";
export { chosen, loadConfig, type LoadedConfig, toAccount } from "./load.ts";
export { describeSource, redacted, shownToml } from "./show.ts";
