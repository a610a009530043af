/** Where history and contacts are kept. */
import { join } from "node:path";
import type { Environment } from "../../config/environment.ts";
import { stateFolder } from "../../config/sources/folders.ts";

/** The one file of the user's stations and one-shot calls. */
export function storePath(environment: Environment): string {
  return join(stateFolder(environment), "history.db");
}
