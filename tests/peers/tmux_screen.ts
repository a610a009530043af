/**
 * A real terminal for the phone's screen: a tmux server of the test's own, with one window, and what
 * the program wrote to it, byte for byte.
 */
import xterm from "@xterm/headless";
import { PHONE_COMMAND } from "./phone_program.ts";
import type { Scratch } from "./scratch.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** ms between two looks at the screen. */
const LOOK_MS = 60;

export interface TmuxOptions {
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
}

export class TmuxScreen {
  readonly #socket: string;
  readonly #raw: string;

  private constructor(scratch: Scratch) {
    this.#socket = scratch.file("tmux.sock");
    this.#raw = scratch.file("terminal.raw");
  }

  /** Opens a terminal with a shell in it; it is closed with the scratch. */
  static async open(scratch: Scratch, options: TmuxOptions = {}): Promise<TmuxScreen> {
    const { columns = 80, rows = 24, env = {} } = options;
    const screen = new TmuxScreen(scratch);
    const variables = Object.entries({ ...foldersOf(scratch), LANG: "C.UTF-8", PS1: "$ ", ...env })
      .flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const size = ["-x", String(columns), "-y", String(rows)];
    const shell = "bash --norc --noprofile";
    await screen.#tmux(["-f", "/dev/null", "new-session", "-d", ...size, ...variables, shell]);
    scratch.defer(async () => void await screen.#tmux(["kill-server"]).catch(() => {}));
    await screen.#tmux(["set", "-g", "status", "off"]);
    await screen.#tmux(["set", "-g", "window-size", "manual"]);
    await screen.#tmux(["pipe-pane", "-o", `cat >> ${screen.#raw}`]);
    await screen.until(/[$#]\s*$/);
    return screen;
  }

  /** Types the program's command line. */
  async start(...args: string[]): Promise<void> {
    await this.#command([PHONE_COMMAND, ...args]);
  }

  /** Types the command line of a program of the tests. */
  async run(script: string): Promise<void> {
    await this.#command([Deno.execPath(), "run", "--quiet", "--no-prompt", "-P=test", script]);
  }

  /** The terminal goes away, as a lost SSH connection has it. */
  async hangUp(): Promise<void> {
    await this.#tmux(["kill-session"]);
  }

  async #command(words: readonly string[]): Promise<void> {
    await this.type(`cd ${ROOT}; clear; ${words.join(" ")}; echo "ended with $?"`);
    await this.press("Enter");
  }

  /** Keys as tmux names them: `Enter`, `F5`, `M-m`. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux(["send-keys", ...keys]);
  }

  /** Characters as they are. */
  async type(text: string): Promise<void> {
    await this.#tmux(["send-keys", "-l", text]);
  }

  /** A paste, in brackets when the program asked for them. */
  async paste(text: string): Promise<void> {
    await this.#tmux(["set-buffer", text]);
    await this.#tmux(["paste-buffer", "-p"]);
  }

  /** Process id of what runs in the shell. */
  async program(): Promise<number> {
    const shell = (await this.#tmux(["list-panes", "-F", "#{pane_pid}"])).trim();
    const { stdout } = await new Deno.Command("ps", { args: ["-o", "pid=", "--ppid", shell] })
      .output();
    return Number(new TextDecoder().decode(stdout).trim().split(/\s+/)[0]);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux(["resize-window", "-x", String(columns), "-y", String(rows)]);
  }

  /** Somebody else writes on the terminal, as `wall` does. */
  async scribble(text: string): Promise<void> {
    const tty = (await this.#tmux(["list-panes", "-F", "#{pane_tty}"])).trim();
    const print = 'printf "\\r\\n%s\\r\\n" "$0" > "$1"';
    await new Deno.Command("sh", { args: ["-c", print, text, tty] }).output();
  }

  async text(): Promise<string> {
    return (await this.#tmux(["capture-pane", "-p"])).trimEnd();
  }

  /** The screen with its colours, as escape sequences. */
  async coloured(): Promise<string> {
    return await this.#tmux(["capture-pane", "-p", "-e"]);
  }

  /** Waits until the screen says it. @throws with the screen when it does not in time */
  async until(pattern: RegExp, timeoutMs = 15_000): Promise<string> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const text = await this.text();
      if (pattern.test(text)) return text;
      if (performance.now() > end) {
        throw new Error(`the screen never said ${pattern}; it says:\n${text}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Everything that was written to the terminal. */
  raw(): string {
    return Deno.readTextFileSync(this.#raw);
  }

  /** What was written, read by a terminal that tells its modes. */
  async replay(columns = 80, rows = 24): Promise<xterm.Terminal> {
    const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    await new Promise<void>((resolve) => terminal.write(this.raw(), resolve));
    return terminal;
  }

  async #tmux(args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-S", this.#socket, ...args],
      env: { TMUX: "" },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    if (!success) throw new Error(`tmux ${args[0]}: ${decoder.decode(stderr)}`);
    return decoder.decode(stdout);
  }
}

/** Folders of the test's own; the runtime folder is short: it holds a Unix socket. */
function foldersOf(scratch: Scratch): Record<string, string> {
  return Object.fromEntries(
    ["CONFIG_HOME", "DATA_HOME", "STATE_HOME", "RUNTIME_DIR"].map((variable) => {
      const path = scratch.file(variable.toLowerCase());
      Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
      return [`XDG_${variable}`, path];
    }),
  );
}

/** Writes the configuration that the screen's processes find. */
export function configure(scratch: Scratch, toml: string): void {
  const folder = scratch.file("config_home/offhook");
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(`${folder}/config.toml`, toml);
}
