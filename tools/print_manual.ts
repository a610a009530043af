/**
 * The manual page on standard output. A process of its own: it needs npm packages, which were not there
 * when an installation in a fresh checkout began.
 */
import { manPage } from "../src/cli/man_page.ts";

const page = await manPage(new Date().toISOString().slice(0, 10));
await Deno.stdout.write(new TextEncoder().encode(page));
