/**
 * `offhook completion bash|zsh|fish`: prints the script for a shell. With words after the shell it
 * prints what may come next: that is how the script asks.
 */
import { bash, fish, type ShellCompletion, zsh } from "@optique/core/completion";
import { object } from "@optique/core/constructs";
import { argument } from "@optique/core/primitives";
import { type Suggestion, suggestSync } from "@optique/core/parser";
import { type Command, type Context, defineCommand } from "../../args/command.ts";
import { COMMANDS } from "../../commands.ts";
import { described } from "../../args/options.ts";
import { oneOf, words } from "../../args/values.ts";

const SHELLS = { bash, zsh, fish } satisfies Record<string, ShellCompletion>;
type ShellName = keyof typeof SHELLS;

/** Else bash takes `file:/etc/x` and `sip:a@b` apart, and has nothing to complete. */
const WHOLE_WORDS = "\nCOMP_WORDBREAKS=${COMP_WORDBREAKS//[:@]/}\n";

const parser = object({
  shell: argument(
    oneOf("SHELL", Object.keys(SHELLS) as ShellName[]),
    described("bash, zsh or fish."),
  ),
});

const script = defineCommand({
  name: "completion",
  brief: "Completion script for bash, zsh or fish",
  description: "bash: source <(offhook completion bash). zsh: offhook completion zsh > a folder " +
    "of $fpath, as _offhook. fish: offhook completion fish | source.",
  examples: ["completion bash > ~/.local/share/bash-completion/completions/offhook"],
  parser,
  async run({ shell }, { io }: Context) {
    const lines = SHELLS[shell].generateScript("offhook", ["completion", shell]);
    await io.stdout.write(shell === "bash" ? `${lines}${WHOLE_WORDS}` : lines);
    return 0;
  },
});

export const completion: Command = {
  ...script,
  async execute(args, context) {
    const [shell, ...line] = args;
    const asked = isShell(shell) && line.length > 0 && line[0] !== "--help";
    if (!asked) return await script.execute(args, context);
    await context.io.stdout.write(await completions(shell, line));
    return 0;
  },
};

/** What may stand at the end of `line` (the words after the program's name). */
async function completions(shell: ShellName, line: readonly string[]): Promise<string> {
  const suggestions = await suggestionsFor(line);
  const encoded = [...SHELLS[shell].encodeSuggestions(suggestions)].join("");
  return encoded === "" ? "" : `${encoded}\n`;
}

/** Only the command that the line names is loaded. */
async function suggestionsFor(line: readonly string[]): Promise<readonly Suggestion[]> {
  const [first = ""] = line;
  if (line.length <= 1) {
    return COMMANDS.filter(({ name }) => name.startsWith(first))
      .map(({ name, brief }) => ({ kind: "literal", text: name, description: words(brief) }));
  }
  const entry = COMMANDS.find(({ name }) => name === first);
  if (entry === undefined) return [];
  const command = await entry.load();
  return suggestSync(await command.asParser(), line as [string, ...string[]]);
}

function isShell(word: string | undefined): word is ShellName {
  return word !== undefined && Object.hasOwn(SHELLS, word);
}
