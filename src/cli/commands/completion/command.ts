/**
 * `offhook completion bash|zsh|fish`: prints the script for a shell. With words after the shell it
 * prints what may come next: that is how the script asks.
 *
 *     offhook completion zsh dial --tra ─► --trace TAB Write every SIP message …
 *     offhook completion zsh dial --mic file:gr ─► :file TAB file:        (a path follows that)
 */
import { lazily } from "../../../base/mod.ts";
import type { Names } from "../../../base/names/mod.ts";
import {
  argument,
  type Context,
  defineCommand,
  oneOf,
  type Suggestion,
  words,
} from "../../args/mod.ts";
import { COMMANDS, loadCommand } from "../../mod.ts";

const SHELLS = ["bash", "zsh", "fish"] as const satisfies Names<3>;
type Shell = (typeof SHELLS)[number];

const fields = {
  shell: argument(oneOf("SHELL", SHELLS), "bash, zsh or fish."),
  line: words("WORD", "For the completion script: the words that were typed so far."),
};

export const command = defineCommand<typeof fields>({
  synopsis: "SHELL",
  description: "bash: source <(offhook completion bash). zsh: offhook completion zsh > a folder " +
    "of $fpath, as _offhook. fish: offhook completion fish | source.",
  examples: ["completion bash > ~/.local/share/bash-completion/completions/offhook"],
  fields,
  verbatim: true,
  async run({ shell, line }, { io }: Context) {
    if (line.length === 0) {
      const script = new URL(`./completion.${shell}`, import.meta.url);
      await io.stdout.write(await Deno.readTextFile(script));
    } else {
      const found = await suggestions(line);
      await io.stdout.write(found.map((each) => `${encoded(each, shell)}\n`).join(""));
    }
    return 0;
  },
});

/** Only the command that the line names is loaded. */
async function suggestions(line: readonly string[]): Promise<readonly Suggestion[]> {
  const [first = "", ...rest] = line;
  if (rest.length === 0) {
    return COMMANDS.filter(({ name }) => name.startsWith(first))
      .map(({ name, brief }) => ({ kind: "word", text: name, does: brief }));
  }
  if (first === "help") return await suggestions(rest);
  const entry = COMMANDS.find(({ name }) => name === first);
  if (entry === undefined) return [];
  const { suggestionsFor } = await lazily<typeof import("../../args/suggestions.ts")>(
    import.meta.url,
    "../../args/suggestions.ts",
  );
  return suggestionsFor(await loadCommand(entry), rest);
}

function encoded(suggestion: Suggestion, shell: Shell): string {
  if (suggestion.kind === "file") return `:file\t${suggestion.before}`;
  const { text, does } = suggestion;
  return shell === "bash" || does === "" ? text : `${text}\t${does}`;
}
