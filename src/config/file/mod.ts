/** The configuration file: its schema, how it is read, checked and shown. */
export { exampleToml } from "./example.ts";
export type {
  ButtonAction,
  ContestedPolicy,
  HeadsetConfig,
  NormallyContact,
} from "./headset_schema.ts";
export { parseStunUrl, parseTurnUrl, type TurnServerConfig } from "./ice_schema.ts";
export { initialToml } from "./initial.ts";
export { configError, dotted, issuesOf } from "./issues.ts";
export { chosen, loadConfig, type LoadedConfig, toAccount } from "./load.ts";
export { accountSchema, type Config, configJsonSchema, configSchema } from "./schema.ts";
export { describeSource, redacted, shownToml } from "./show.ts";
export type { ControlConfig } from "./station_schema.ts";
