/** Colours: what a terminal has, and that nothing is drawn in the colour it is drawn on. */
import { THEMES } from "../../../src/base/names/screen_names.ts";
import assert from "node:assert/strict";
import {
  hasBasicColours,
  type TextRole,
  type TextStyle,
  themeOf,
} from "../../../src/tui/look/theme.ts";

const among = (variables: Record<string, string>) => (name: string) => variables[name];

Deno.test("sixteen colours are told from more by the environment", () => {
  for (const TERM of ["linux", "xterm", "screen", "vt220"]) {
    assert.equal(hasBasicColours(among({ TERM })), true, TERM);
  }
  for (const TERM of ["xterm-256color", "tmux-256color", "xterm-kitty", "xterm-direct"]) {
    assert.equal(hasBasicColours(among({ TERM })), false, TERM);
  }
  assert.equal(hasBasicColours(among({ TERM: "xterm", COLORTERM: "truecolor" })), false);
  assert.equal(hasBasicColours(among({ TERM: "xterm-256color", FORCE_COLOR: "1" })), true);
});

Deno.test("every theme has every role, in basic colours by name, and none is invisible", () => {
  const roles = Object.keys(themeOf("dark")) as TextRole[];
  for (const name of THEMES) {
    for (const basic of [false, true]) {
      const theme: Record<string, TextStyle> = themeOf(name, basic);
      for (const role of roles) {
        const { color, backgroundColor } = theme[role]!;
        if (color !== undefined) assert.notEqual(color, backgroundColor, `${name} ${role}`);
        const named = basic && (name === "dark" || name === "light");
        if (named) assert.doesNotMatch(`${color}${backgroundColor}`, /#/, `${name} ${role}`);
      }
    }
  }
});
