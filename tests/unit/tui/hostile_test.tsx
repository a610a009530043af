/** A stranger's text in every field of the screen: the terminal shows it and does nothing of it. */
import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import xterm from "@xterm/headless";
import { render } from "ink";
import { App } from "../../../src/tui/screen/app.tsx";
import { keymapOf } from "../../../src/tui/keys/keymap.ts";
import { Notice, notification } from "../../../src/tui/screen/notice.ts";
import { takeNews } from "../../../src/tui/model/phone_model.ts";
import { type AppState, VIEWS } from "../../../src/tui/model/state.ts";
import { ScreenStore } from "../../../src/tui/model/screen_store.ts";
import { wordsFor } from "../../../src/tui/look/strings.ts";
import { glyphsOf } from "../../../src/tui/look/theme.ts";
import { assertHarmless, HOSTILE_LINES, MARK } from "../../support/hostile.ts";
import { call, drawn, NOW, past, report, ringing, state } from "./stage.ts";

const PEER = { uri: `sip:${HOSTILE_LINES}@h`, displayName: HOSTILE_LINES };
const ERROR = { code: "unreachable", message: HOSTILE_LINES, hint: HOSTILE_LINES } as const;

/** Everything that a face is told, in the words of a stranger. */
function hostileState(view: AppState["screen"]["view"], withCalls: boolean): AppState {
  const size = { columns: 120, rows: 40 };
  const hostileCall = call({ remote: PEER, codec: HOSTILE_LINES, report: report() });
  const contact = {
    id: "k1",
    name: HOSTILE_LINES,
    organisation: HOSTILE_LINES,
    note: HOSTILE_LINES,
    groups: [HOSTILE_LINES],
    favourite: true,
    givenName: HOSTILE_LINES,
    familyName: HOSTILE_LINES,
    addresses: [{ value: HOSTILE_LINES, labels: [HOSTILE_LINES], preferred: true }],
  };
  const device = {
    id: HOSTILE_LINES,
    name: HOSTILE_LINES,
    hostApi: HOSTILE_LINES,
    inputChannels: 1,
    outputChannels: 1,
    defaultInput: true,
    defaultOutput: true,
    sampleRate: 48_000,
  };
  const message = {
    at: NOW,
    direction: "in",
    transport: "udp",
    peer: HOSTILE_LINES,
    summary: HOSTILE_LINES,
    cseq: HOSTILE_LINES,
    text: HOSTILE_LINES,
  } as const;
  const app = state({
    ...size,
    calls: withCalls ? [hostileCall, ringing({ remote: PEER })] : [],
    records: {
      history: [past({ remote: PEER, reason: HOSTILE_LINES, codec: HOSTILE_LINES })],
      historyError: ERROR,
      contacts: [{ contact, score: 1 }],
      devices: { backend: HOSTILE_LINES, devices: [device], unavailable: ERROR },
      devicesError: ERROR,
      ladder: { sipCallId: "abc@us", messages: [message] },
      names: new Map([[PEER.uri, HOSTILE_LINES]]),
    },
    screen: { view, size, message: { text: HOSTILE_LINES, role: "warn", at: NOW } },
  });
  const failed = { state: "failed", status: 403, error: ERROR, retryInMs: 5000 } as const;
  const events = [
    { type: "registration", account: "work", registration: failed },
    { type: "notice", text: HOSTILE_LINES },
    { type: "connection", account: "work", connected: false, error: ERROR },
  ] as const;
  const phone = events.reduce(
    (model, event, at) =>
      takeNews(model, { type: "event", event: { ...event, seq: at + 2, at: NOW } }),
    app.phone,
  );
  return { ...app, phone };
}

/** A terminal that notes what it was made to do. */
class Screen extends Writable {
  readonly columns = 120;
  readonly rows = 40;
  readonly isTTY = true;
  readonly did: string[] = [];
  readonly terminal = new xterm.Terminal({
    cols: 120,
    rows: 40,
    convertEol: true,
    allowProposedApi: true,
  });

  constructor() {
    super();
    const noted = (what: string) => () => {
      this.did.push(what);
      return true;
    };
    for (const osc of [0, 1, 2, 4, 8, 9, 52, 777]) {
      this.terminal.parser.registerOscHandler(osc, noted(`OSC ${osc}`));
    }
    this.terminal.onBell(noted("bell"));
    this.terminal.onTitleChange(noted("title"));
  }

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.terminal.write(String(chunk), done);
  }

  /** The emulator takes what is written in turns of its own. */
  flushed(): Promise<void> {
    return new Promise((resolve) => this.terminal.write("", resolve));
  }

  text(): string {
    const { active } = this.terminal.buffer;
    const rows = Array.from(
      { length: this.rows },
      (_, at) => active.getLine(at)?.translateToString(true).trimEnd() ?? "",
    );
    return rows.join("\n");
  }
}

const WORDS = wordsFor("en", "en", "UTC");

Deno.test("every view shows a stranger's text, and the terminal does nothing of it", async () => {
  for (const view of VIEWS) {
    for (const withCalls of [true, false]) {
      const screen = new Screen();
      const app = hostileState(view, withCalls);
      const looks = { words: WORDS, glyphs: glyphsOf(false), keymap: keymapOf(), practice: false };
      const ink = render(<App store={new ScreenStore(app)} {...looks} />, {
        stdout: screen as unknown as NodeJS.WriteStream,
        stdin: new PassThrough() as unknown as NodeJS.ReadStream,
        alternateScreen: true,
        patchConsole: false,
        exitOnCtrlC: false,
        interactive: true,
      });
      await ink.waitUntilRenderFlush();
      await screen.flushed();
      const shown = screen.text();
      assertHarmless(shown, view);
      assert.deepEqual(screen.did, [], view);
      assert.ok(shown.includes(MARK), `${view} shows nothing:\n${shown}`);
      const frame = drawn(app).map((line) => line.trimEnd()).join("\n");
      assert.equal(shown.trimEnd(), frame.trimEnd(), "and nothing but the frame");
      ink.unmount();
      ink.cleanup();
    }
  }
});

Deno.test("title, notification and bell are ours, whatever the caller is called", () => {
  for (const environment of [{}, { TMUX: "1" }, { STY: "1" }, { TERM: "foot" }]) {
    const of = (name: string) => (environment as Record<string, string>)[name];
    let written = "";
    const notice = new Notice({
      write: (text) => void (written += text),
      environment: of,
      words: WORDS,
      timers: { now: () => NOW, after: () => () => {}, every: () => () => {} } as never,
    });
    notice.look(hostileState("phone", true));
    notice.close();
    const same = notification("offhook", HOSTILE_LINES, of);
    for (const sequence of [written, same]) {
      assert.ok(sequence.includes(MARK));
      // What is left after our own frames (OSC … BEL, and tmux's and screen's around them) is text.
      const inside = sequence
        // deno-lint-ignore no-control-regex
        .replace(/\u001bPtmux;|\u001bP|\u001b\\|\u001b{1,2}\](?:2|9|777;notify);|\u0007/g, "");
      assertHarmless(inside);
    }
    assert.ok(!same.includes("\u001b]0;"), "no sequence of the caller's");
  }
});
