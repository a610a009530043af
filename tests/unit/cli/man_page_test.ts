/** The manual page: every command, the keys, and nothing that troff would take for a macro. */
import assert from "node:assert/strict";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { manPage } from "../../../src/cli/man_page.ts";

const MACROS = /^\.(?:TH|SH|SS|PP|TP|B|I|nf|fi)\b/;

Deno.test("the manual page has every command with its help, the keys and the statuses", async () => {
  const lines = (await manPage("2026-01-31")).split("\n");
  assert.match(lines[0]!, /^\.TH OFFHOOK 1 2026-01-31 "offhook [0-9.]+" "User Commands"$/);
  for (const { name } of COMMANDS) {
    const at = lines.indexOf(`.SS offhook ${name.replaceAll("-", "\\-")}`);
    assert.ok(at > 0, name);
    const help = lines.slice(at, lines.indexOf(".fi", at)).join("\n");
    assert.match(help, new RegExp(`Usage: offhook ${name}`), name);
  }
  for (const title of ["KEYS", "EXIT STATUS", "FILES"]) assert.ok(lines.includes(`.SH ${title}`));
  for (const line of lines) if (/^[.']/.test(line)) assert.match(line, MACROS);
});
