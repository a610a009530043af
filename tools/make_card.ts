/** Writes docs/card.md from the table of keys. Run it when the keys change; a test tells when. */
import { cardMarkdown } from "../src/tui/card.ts";

const CARD = new URL("../docs/card.md", import.meta.url);

if (import.meta.main) await Deno.writeTextFile(CARD, cardMarkdown());
