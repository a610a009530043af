/** Writes src/config/file/defaults.json: the settings where nobody says anything, as the schema has them. */
import { validAccount, validConfig } from "../src/config/schema/mod.ts";

const FILE = new URL("../src/config/file/defaults.json", import.meta.url);

/** What `loadConfig` gives without a file, flags and environment variables. */
export function defaultSettings(): { config: unknown; direct: unknown } {
  const origins = new Map<string, string>();
  return {
    config: validConfig({ values: {}, name: "", origins }),
    direct: validAccount({ values: { user: "offhook", server: "localhost" }, name: "", origins }),
  };
}

if (import.meta.main) {
  await Deno.writeTextFile(FILE, `${JSON.stringify(defaultSettings(), null, 2)}\n`);
}
