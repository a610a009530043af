/** Where history and contacts are kept. */
import { join } from "../../base/path/mod.ts";
import type { Environment } from "../../config/mod.ts";
import { stateFolder } from "../../config/sources/mod.ts";

/** The one file of the user's stations and one-shot calls. */
export function storePath(environment: Environment): string {
  return join(stateFolder(environment), "history.db");
}
