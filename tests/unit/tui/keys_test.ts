/** What terminals send becomes keys and pastes, however it is cut. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { KeyDecoder, withBursts } from "../../../src/tui/keys/keys.ts";

function decode(...chunks: string[]): string[] {
  const decoder = new KeyDecoder();
  const events = [...chunks.flatMap((chunk) => decoder.feed(chunk)), ...decoder.flush()];
  return events.map((event) =>
    event.type === "key"
      ? event.key
      : event.type === "paste"
      ? `paste:${event.text}`
      : `${event.what} ${event.column},${event.row}`
  );
}

Deno.test("keys of xterm, tmux and the Linux console", () => {
  assert.deepEqual(decode("a1?"), ["a", "1", "?"]);
  assert.deepEqual(decode("\r\t\u007f\u0003\u000b"), [
    "enter",
    "tab",
    "backspace",
    "ctrl+c",
    "ctrl+k",
  ]);
  assert.deepEqual(decode("\u001b[A\u001bOB\u001b[5~\u001b[Z"), [
    "up",
    "down",
    "pageup",
    "shift+tab",
  ]);
  assert.deepEqual(decode("\u001bOQ\u001b[15~\u001b[[A\u001b[20~"), ["f2", "f5", "f1", "f9"]);
  assert.deepEqual(decode("\u001b[1;5A\u001bm"), ["ctrl+up", "alt+m"]);
});

Deno.test("a lone Esc is the key when nothing follows", () => {
  assert.deepEqual(decode("\u001b"), ["escape"]);
  const decoder = new KeyDecoder();
  assert.deepEqual(decoder.feed("\u001b"), []);
  assert.equal(decoder.pending, true);
  assert.deepEqual(decoder.feed("[A"), [{ type: "key", key: "up" }]);
  assert.equal(decoder.pending, false);
});

Deno.test("a paste is one piece, with what looks like keys in it", () => {
  assert.deepEqual(decode("\u001b[200~+49 30\r\u001b[A\u001b[201~x"), [
    "paste:+49 30\r\u001b[A",
    "x",
  ]);
});

Deno.test("where the bytes are cut makes no difference", () => {
  const stream = "a\u001b[A\u001b[200~sip:600@x;y\u001b[201~\u001bm\u001b[15~é日\r";
  const whole = decode(stream);
  fc.assert(fc.property(fc.array(fc.nat(stream.length), { maxLength: 6 }), (cuts) => {
    const at = [0, ...[...cuts].sort((a, b) => a - b), stream.length];
    const chunks = at.slice(1).map((end, index) => stream.slice(at[index], end));
    assert.deepEqual(decode(...chunks), whole);
  }));
});

Deno.test("garbage never types a control character", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    for (const key of decode(text)) {
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(key.replace(/^paste:.*/s, ""), /[\u0000-\u001f\u007f]/);
    }
  }));
});

Deno.test("clicks and the wheel, and nothing of buttons that are let go or unknown", () => {
  const decoder = new KeyDecoder();
  const said = "\u001b[<0;3;5M\u001b[<0;3;5m\u001b[<2;1;1M\u001b[<64;80;24M\u001b[<65;300;1M6";
  const events = decoder.feed(said).map((event) =>
    event.type === "mouse" ? `${event.what} ${event.column},${event.row}` : event.type
  );
  assert.deepEqual(events, ["click 2,4", "wheel-up 79,23", "wheel-down 299,0", "key"]);
  assert.deepEqual(decoder.feed("\u001b[<0;99999999999;M\u001b[<;;M\u001b[<M"), []);
});

Deno.test("several letters of one read are a word; digits and single letters are keys", () => {
  const burst = (text: string) =>
    withBursts(new KeyDecoder().feed(text)).map((event) => "burst" in event ? "word" : "key");
  assert.deepEqual(burst("max1"), ["word", "word", "word", "key"]);
  for (const text of ["m", "d123", "12#", "m\r", "\u001bm\u001bx"]) {
    assert.ok(!burst(text).includes("word"), text);
  }
});

Deno.test("a paste that is too long is dropped whole, and the keys behind it act", () => {
  const long = "paste q ".repeat(20_000);
  const chunks = Array.from({ length: 40 }, (_, at) => long.slice(at * 4_000, (at + 1) * 4_000));
  assert.deepEqual(decode("\u001b[200~", ...chunks, "\u001b[201~m"), ["m"]);
  assert.deepEqual(decode("\u001b[200~", ...chunks, "\u0003m"), ["m"]);
});
