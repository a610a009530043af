/**
 * The terminal phone on a screen of 80×24 that nobody sees, for the benches of the screen. Import it
 * before anything else of the screen: it chooses React's production build, as the program does.
 */
import process from "node:process";
import { PassThrough, Writable } from "node:stream";
import type { AppProps } from "../src/tui/screen/app.tsx";

// React looks at it when it is first imported.
process.env.NODE_ENV = "production";
const { render } = await import("ink");
const { createElement } = await import("react");
const { App } = await import("../src/tui/screen/app.tsx");
const { keymapOf } = await import("../src/tui/keys/keymap.ts");
const { wordsFor } = await import("../src/tui/look/strings.ts");
const { glyphsOf } = await import("../src/tui/look/theme.ts");

/** A terminal that counts, and tells what is written to it. */
export class Sink extends Writable {
  columns = 80;
  rows = 24;
  isTTY = true;
  bytes = 0;
  onWrite: (text: string) => void = () => {};

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    const text = String(chunk);
    this.bytes += text.length;
    this.onWrite(text);
    done();
  }
}

/** How a person who changed nothing sees the phone. */
export const LOOKS = { words: wordsFor("en"), glyphs: glyphsOf(false), keymap: keymapOf() };

/** @param onRender after each frame that Ink has written */
export function draw(scene: AppProps, sink: Sink, onRender: () => void = () => {}) {
  return render(createElement(App, scene), {
    onRender,
    stdout: sink as unknown as NodeJS.WriteStream,
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
    alternateScreen: true,
    incrementalRendering: true,
    patchConsole: false,
    exitOnCtrlC: false,
    interactive: true,
    maxFps: 60,
  });
}
