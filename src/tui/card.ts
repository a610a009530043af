/**
 * The keys on paper: `docs/card.md` and the keys' part of the manual page, made from the key table.
 * Pure.
 */
import { ACTIONS, nameOfAction } from "./act/mod.ts";
import { ACTION_GROUPS, ACTION_NAMES, type ActionName } from "./model/mod.ts";
import { keyLabel, type Keymap, keymapOf } from "./keys/mod.ts";
import { wordsFor } from "./look/mod.ts";

const MOUSE =
  "With `--mouse`, or `mouse = true` under `[screen]`, a click on a hint, a tab or a banner acts, " +
  "on a row it chooses, on the chosen row it is Enter, and the wheel moves in the list.";

const LETTERS =
  "Letters act on the call while nothing is being typed, but not until a call that came, went or " +
  "moved is followed by 0.7 seconds without a letter; Alt with the letter acts at any time.";

interface CardRow {
  keys: string[];
  title: string;
}

/** `docs/card.md`. */
export function cardMarkdown(keymap: Keymap = keymapOf()): string {
  const { t } = wordsFor("en");
  const tables = ACTION_GROUPS.map((group) => {
    const rows = rowsOf(group, keymap).map(({ keys, title }) =>
      `| ${
        keys.map((key) => `<kbd>${escaped(key)}</kbd>`).join(" ") || "<kbd>:</kbd>"
      } | ${title} |`
    );
    return [`## ${t(`group.${group}`)}`, "", "| Key | Does |", "| --- | --- |", ...rows].join("\n");
  });
  return `# Keys of the phone's screen

${t("help.field")} ${t("help.edit")} ${t("help.pad")}
${LETTERS.replace("Alt with", "<kbd>Alt</kbd> with")}
<kbd>:</kbd> reaches every action, with or without a key.

${tables.join("\n\n")}

${MOUSE}

Keys can be changed in the configuration, for example:

\`\`\`toml
[[screen.keys]]
action = "mute"
keys = ["u", "f12"]
\`\`\`

The actions are ${ACTION_NAMES.map((name) => `\`${name}\``).join(", ")}.

This page is made from the table of keys: \`deno run -P=setup tools/make_card.ts\`.
`;
}

/** The section KEYS of the manual page, in man(7). */
export function keysManual(keymap: Keymap = keymapOf()): string {
  const { t } = wordsFor("en");
  const groups = ACTION_GROUPS.map((group) =>
    [
      `.SS ${t(`group.${group}`)}`,
      ...rowsOf(group, keymap).flatMap(({ keys, title }) => [
        ".TP",
        `.B ${roff(keys.join(", ") || ":")}`,
        roff(title),
      ]),
    ].join("\n")
  );
  const mouse = roff(MOUSE.replaceAll("`", ""));
  const all = ": reaches every action, with or without a key.";
  const words = [t("help.field"), t("help.edit"), t("help.pad"), LETTERS, all].join(" ");
  return [".SH KEYS", roff(words), ...groups, ".PP", mouse, ""]
    .join("\n");
}

function rowsOf(group: string, keymap: Keymap): CardRow[] {
  const { t } = wordsFor("en");
  return ACTION_NAMES.filter((name) => ACTIONS[name].group === group).map((name: ActionName) => ({
    keys: keymap.keysOf(name).map(keyLabel),
    title: t(nameOfAction(name)),
  }));
}

function escaped(key: string): string {
  return key.replace("|", "\\|").replace("<", "&lt;");
}

/** A line that begins with a dot would be a request. */
function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^(?=[.'])/, "\\&");
}
