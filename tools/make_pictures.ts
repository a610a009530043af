/**
 * Makes the pictures of the README from the real program: in tmux, on the practice PBX, dark and
 * light. `deno run -P=setup tools/make_pictures.ts` (needs tmux).
 */
import { type Palette, svgOf } from "./ansi_svg.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const FOLDER = `${ROOT}docs/pictures`;
const [COLUMNS, ROWS] = [80, 24];
const PATIENCE_MS = 20_000;

const DARK: Palette = {
  background: "#16181d",
  foreground: "#e6e6e6",
  border: "#2c313a",
  faint: "#9aa5b1",
  // deno-fmt-ignore
  ansi: ["#000000", "#cc0000", "#4e9a06", "#c4a000", "#3465a4", "#75507b", "#06989a", "#d3d7cf",
    "#555753", "#ef2929", "#8ae234", "#fce94f", "#729fcf", "#ad7fa8", "#34e2e2", "#eeeeec"],
};
const LIGHT: Palette = {
  ...DARK,
  background: "#ffffff",
  foreground: "#1c1e21",
  border: "#d0d4da",
  faint: "#5a5f66",
};

/** What is done before each picture, and what the screen then says. */
const SCENES: { name: string; title: string; keys: string[][]; says: RegExp }[] = [
  {
    name: "call",
    title: "offhook: a call to the echo, with levels, codec, locks and quality of both directions",
    keys: [["600", "Enter"]],
    says: /TALKING[^]*0:0[4-9][^]*what they hear: good/,
  },
  {
    name: "waiting",
    title: "offhook: a second call waits while one is on",
    keys: [["620", "Enter"], ["600", "Enter"]],
    says: /SECOND CALL WAITING.* n decline[^]*TALKING/,
  },
  {
    name: "quality",
    title: "offhook: loss, jitter and delay of each direction, live, and what they mean",
    keys: [["n"], ["F5"]],
    says: /what you hear: good[^]*what they hear: good[^]*Speech is complete/,
  },
  {
    name: "palette",
    title: "offhook: the palette reaches every action, impossible ones with the reason",
    keys: [["F2"], [":"]],
    says: /Commands/,
  },
];

class Screen {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  async tmux(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-S", this.#socket, ...args],
      env: { TMUX: "" },
    }).output();
    if (!success) throw new Error(`tmux ${args[0]}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }

  async until(says: RegExp): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    let text = "";
    while (Date.now() < end) {
      text = await this.tmux("capture-pane", "-p");
      if (says.test(text)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`the screen never said ${says}; it says:\n${text}`);
  }
}

async function picture(theme: "dark" | "light", palette: Palette): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "offhook-pictures-" });
  const screen = new Screen(`${folder}/tmux.sock`);
  const homes = ["CONFIG_HOME", "DATA_HOME", "STATE_HOME", "RUNTIME_DIR"]
    .flatMap((name) => ["-e", `XDG_${name}=${folder}`]);
  const looks = ["-e", "LANG=C.UTF-8", "-e", "COLORTERM=truecolor"];
  const size = ["-x", String(COLUMNS), "-y", String(ROWS)];
  const run = `${Deno.execPath()} run --quiet --no-prompt -P=station main.ts`;
  await screen.tmux(
    ...["-f", "/dev/null", "new-session", "-d", ...size, ...homes, ...looks, "-c", ROOT],
    `${run} tui --practice --theme ${theme}`,
  );
  try {
    await screen.tmux("set", "-g", "status", "off");
    await screen.tmux("set", "-as", "terminal-overrides", ",*:RGB");
    await screen.until(/registered[^]*q quit/);
    for (const { name, title, keys, says } of SCENES) {
      for (const group of keys) {
        for (const key of group) await screen.tmux("send-keys", key);
        await new Promise((resolve) => setTimeout(resolve, 1_500));
      }
      await screen.until(says);
      const text = await screen.tmux("capture-pane", "-p", "-e", "-N");
      const svg = svgOf(text, COLUMNS, palette, title);
      await Deno.writeTextFile(`${FOLDER}/${name}-${theme}.svg`, svg);
      if (name === "call") await screen.tmux("send-keys", "x");
      await new Promise((resolve) => setTimeout(resolve, 800));
    }
  } finally {
    await screen.tmux("kill-server").catch(() => {});
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

if (import.meta.main) {
  await Deno.mkdir(FOLDER, { recursive: true });
  await picture("dark", DARK);
  await picture("light", LIGHT);
}
