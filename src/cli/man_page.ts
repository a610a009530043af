/**
 * The manual page, made from what `--help` and the terminal phone show: offhook(1) in man(7). Nothing
 * in it is written twice.
 */
import type { ExitCode } from "../base/mod.ts";
import { COMMAND_GROUPS, type CommandEntry, COMMANDS, loadCommand } from "./commands.ts";
import { helpPage } from "./args/mod.ts";
import { VERSION } from "./process/mod.ts";

/** Columns of the help inside the page, which indents it. */
const WIDTH = 72;

const STATUSES: Readonly<Record<ExitCode, string>> = {
  0: "done",
  1: "a bug of offhook",
  2: "usage",
  3: "configuration",
  4: "authentication refused",
  5: "busy",
  6: "no answer",
  7: "declined",
  8: "not found or unreachable",
  9: "media failed",
  10: "device failed",
  11: "no station, or it refused",
  12: "TLS: certificate or handshake",
  130: "interrupted",
};

/** @param date as the page's foot shows it, `2026-01-31` */
export async function manPage(date: string): Promise<string> {
  const { keysManual } = await import("../tui/card.ts");
  const commands: string[] = [];
  for (const group of COMMAND_GROUPS) {
    commands.push(`.SH ${escaped(group.toUpperCase())}`);
    for (const entry of COMMANDS) {
      if (entry.group === group) commands.push(await section(entry));
    }
  }
  return [
    `.TH OFFHOOK 1 ${date} "offhook ${VERSION}" "User Commands"`,
    ".SH NAME",
    escaped("offhook - a SIP softphone for the terminal, for scripts and for stations"),
    ".SH SYNOPSIS",
    ".B offhook",
    escaped("[COMMAND [OPTIONS]]"),
    ".SH DESCRIPTION",
    escaped("Without a command it opens the phone on the terminal. Data is on standard output, "),
    escaped("messages are on standard error; --json gives objects whose schema `offhook schema "),
    escaped("COMMAND` prints."),
    ...commands,
    keysManual().trimEnd(),
    ".SH EXIT STATUS",
    ...Object.entries(STATUSES).flatMap((
      [status, meaning],
    ) => [".TP", `.B ${status}`, escaped(meaning)]),
    ".SH FILES",
    ".TP",
    ".I $XDG_CONFIG_HOME/offhook/config.toml",
    escaped("The configuration; `offhook config schema` says what may stand in it."),
    "",
  ].join("\n");
}

async function section(entry: CommandEntry): Promise<string> {
  const page = helpPage({ ...entry, command: await loadCommand(entry) }, {
    columns: WIDTH,
    coloured: false,
  });
  return [`.SS offhook ${escaped(entry.name)}`, ".nf", escaped(page.trimEnd()), ".fi"].join("\n");
}

/** Text that troff takes as it stands. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^(?=[.'])/gm, "\\&");
}
