/** Writes `docs/api.md` from the tables of the control API: `deno task api-docs`. */
import { apiSchema } from "../src/control/schemas/api.ts";
import { apiPage } from "./api_page.ts";

await Deno.writeTextFile(new URL("../docs/api.md", import.meta.url), apiPage(apiSchema()));
