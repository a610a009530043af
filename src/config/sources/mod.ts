/** Where settings come from besides the file: flags, variables, the platform's folders. */
export {
  configPath,
  dataFolder,
  expandPath,
  identityFolder,
  runtimeFolder,
  stateFolder,
} from "./folders.ts";
export {
  type AppliedOverride,
  appliedOverrides,
  codecNames,
  knownVariables,
  OVERRIDES,
  type Overrides,
} from "./overrides.ts";
