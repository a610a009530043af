/** A screen to test on: state, words and keys as a person would have them. */
import { PLAIN_SPEECH } from "../../../src/core/media/speech.ts";
import type { Language } from "../../../src/base/names/screen_names.ts";
import type { PastCall } from "../../../src/control/contract/records.ts";
import type { CallView } from "../../../src/core/state/call_view.ts";
import type { MediaReport } from "../../../src/core/ports/media_report.ts";
import { frameRows } from "../../../src/tui/draw/frame.ts";
import { keymapOf } from "../../../src/tui/keys/keymap.ts";
import { takeNews } from "../../../src/tui/model/phone_model.ts";
import { layOut, type Row } from "../../../src/tui/draw/rows.ts";
import { type AppState, firstState } from "../../../src/tui/model/state.ts";
import { wordsFor } from "../../../src/tui/look/strings.ts";
import { glyphsOf } from "../../../src/tui/look/theme.ts";
import type { Stage } from "../../../src/tui/draw/widgets.ts";

export const NOW = Date.UTC(2026, 0, 31, 12, 0, 0);

export function state(change: {
  calls?: CallView[];
  columns?: number;
  rows?: number;
  screen?: Partial<AppState["screen"]>;
  records?: Partial<AppState["records"]>;
  phone?: Partial<AppState["phone"]>;
  ownership?: AppState["ownership"];
} = {}): AppState {
  const { columns = 80, rows = 24, ownership = "found" } = change;
  const first = firstState({ columns, rows, theme: "dark", ownership, now: NOW });
  const snapshot = {
    accounts: [{
      id: "work",
      uri: "sip:alice@example.test",
      registration: { state: "registered", expires: 600 } as const,
      connected: true,
    }],
    calls: change.calls ?? [],
    doNotDisturb: false,
    volume: 0,
    speech: PLAIN_SPEECH,
  };
  const phone = takeNews(first.phone, { type: "attached", snapshot, seq: 1, at: NOW });
  return {
    ...first,
    phone: { ...phone, ...change.phone },
    records: { ...first.records, ...change.records },
    screen: { ...first.screen, ...change.screen },
  };
}

export function stageOf(
  app: AppState,
  { language = "en", ascii = false }: { language?: Language; ascii?: boolean } = {},
): Stage {
  const { columns, rows } = app.screen.size;
  return {
    state: app,
    words: wordsFor(language, language, "UTC"),
    glyphs: glyphsOf(ascii),
    keymap: keymapOf(),
    columns,
    rows,
    practice: false,
  };
}

/** The words of a row. */
export function textOf(row: Row, columns: number, glyphs?: Stage["glyphs"]): string {
  return layOut(row, columns, glyphs).map(({ text }) => text).join("");
}

/** The screen as lines of text. */
export function drawn(app: AppState, options?: Parameters<typeof stageOf>[1]): string[] {
  const stage = stageOf(app, options);
  return frameRows(stage).map((row) => textOf(row, stage.columns, stage.glyphs));
}

export function call(change: Partial<CallView> = {}): CallView {
  return {
    id: "c1",
    sipCallId: "abc@us",
    direction: "outgoing",
    account: "work",
    state: "active",
    remote: { uri: "sip:bob@example.test", displayName: "Bob Smith" },
    transport: "udp",
    codec: "G722",
    security: "none",
    startedAt: NOW - 70_000,
    answeredAt: NOW - 65_000,
    hold: { local: false, remote: false },
    muted: false,
    recording: { name: "off" },
    report: report(),
    ...change,
  } as CallView;
}

export const RINGING: Partial<CallView> = {
  id: "c2",
  direction: "incoming",
  state: "ringing",
  remote: { uri: "sip:carol@example.test", displayName: "Carol Jones" },
  local: { uri: "sip:alice@example.test" },
};

export function ringing(change: Partial<CallView> = {}): CallView {
  const { answeredAt: _a, codec: _c, report: _r, ...rest } = call({ ...RINGING, ...change });
  return rest;
}

export function report(change: Partial<MediaReport> = {}): MediaReport {
  return {
    sent: 500,
    received: 500,
    lost: 0,
    jitterMs: 2,
    late: 0,
    duplicates: 0,
    undecodable: 0,
    concealedMs: 0,
    rtcpReceived: 0,
    rtpSilentMs: 0,
    rtcpSilentMs: 0,
    longestSilentMs: 0,
    sentLevel: -20,
    receivedLevel: -25,
    dtmfSent: "",
    dtmfReceived: "",
    ...change,
  };
}

export function past(change: Partial<PastCall> = {}): PastCall {
  return {
    id: "p1",
    sipCallId: "p1@us",
    account: "work",
    direction: "outgoing",
    remote: { uri: "sip:600@example.test" },
    outcome: "answered",
    sipStatus: 200,
    reason: "OK",
    startedAt: NOW - 3_600_000,
    answeredAt: NOW - 3_599_000,
    endedAt: NOW - 3_500_000,
    codec: "PCMA",
    quality: null,
    encryption: null,
    recording: null,
    endedBy: "local",
    ...change,
  };
}
