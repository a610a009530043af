/** What a configuration file may say, by zod, which takes time to load: see `file/load.ts`. */
export { exampleToml } from "./example.ts";
export type {
  ButtonAction,
  ContestedPolicy,
  HeadsetConfig,
  NormallyContact,
} from "./headset_schema.ts";
export type { TurnServerConfig } from "./ice_schema.ts";
export { type AccountConfig, accountSchema, type Config, configJsonSchema } from "./schema.ts";
export type { ControlConfig } from "./station_schema.ts";
export { validAccount, validConfig } from "./validation.ts";
