/** What the screen says in every view, at every size, in every look and language. */
import { type Language, LANGUAGES } from "../../../src/base/names/screen_names.ts";
import type { MediaReport } from "../../../src/core/ports/media_report.ts";
import assert from "node:assert/strict";
import { frameRows } from "../../../src/tui/draw/frame.ts";
import { takeNews } from "../../../src/tui/model/phone_model.ts";
import { layOut } from "../../../src/tui/draw/rows.ts";
import { type AppState, VIEWS } from "../../../src/tui/model/state.ts";
import { BAD_SOUND_CAUSES, badSoundOf } from "../../../src/core/state/bad_sound.ts";
import { silenceOf } from "../../../src/core/state/silence.ts";
import { width } from "../../../src/tui/look/text.ts";
import { call, drawn, NOW, past, report, ringing, stageOf, state } from "./stage.ts";

const BUSY = { calls: [call(), ringing()], records: { history: [past()] } };

/** A call with three seconds of reports. */
function measured(change: Parameters<typeof report>[0] = {}): AppState {
  const app = state({ calls: [call()] });
  let { phone } = app;
  for (let second = 1; second <= 3; second++) {
    const received = 50 * second;
    const one = call({ report: report({ received, sent: received, ...change }) });
    const event = {
      type: "call.media",
      call: one,
      seq: 1 + second,
      at: NOW + second * 1000,
    } as const;
    phone = takeNews(phone, { type: "event", event });
  }
  return { ...app, phone };
}

Deno.test("every view fills every size exactly, in every language and in ASCII", () => {
  const sizes = [[80, 24], [40, 12], [20, 5], [132, 43], [10, 3], [80, 2]] as const;
  for (const view of VIEWS) {
    for (const [columns, rows] of sizes) {
      for (const language of LANGUAGES) {
        for (const ascii of [false, true]) {
          const app = state({ ...BUSY, columns, rows, screen: { view, size: { columns, rows } } });
          const stage = stageOf(app, { language, ascii });
          const frame = frameRows(stage);
          assert.ok(frame.length <= rows, `${view} ${columns}×${rows}: ${frame.length} rows`);
          for (const row of frame) {
            const total = layOut(row, columns).reduce((sum, { text }) => sum + width(text), 0);
            assert.equal(total, columns, `${view} ${columns}×${rows} ${language}`);
          }
        }
      }
    }
  }
});

Deno.test("ASCII mode draws nothing but ASCII of its own", () => {
  for (const view of VIEWS) {
    const text = drawn(state({ ...BUSY, screen: { view } }), { ascii: true }).join("");
    assert.match(text, /^[\x20-\x7e]*$/);
  }
});

Deno.test("the call in front says state, time, codec, locks, levels and quality", () => {
  const text = drawn(measured()).join("\n");
  for (
    const said of [
      /TALKING +Bob Smith +1:\d\d/,
      /G722/,
      /sound not encrypted/,
      /signalling not encrypted \(udp\)/,
      /you .*-20 dB/,
      /them .*-25 dB/,
      /what you hear: good/,
      /what they hear: unknown: not measured yet/,
    ]
  ) assert.match(text, said);
});

Deno.test("bad sound says why, in words", () => {
  const text = drawn(measured({ jitterMs: 90 })).join("\n");
  assert.match(text, /what you hear: poor: sound arrives irregularly, by 90 ms/);
});

Deno.test("muted, held and recorded cannot be overlooked, at 40×12 too", () => {
  const loud = call({
    muted: true,
    hold: { local: false, remote: true },
    recording: { name: "on", path: "x.wav" },
  });
  for (const [columns, rows] of [[80, 24], [40, 12]] as const) {
    const text = drawn(state({ calls: [loud], columns, rows })).join("\n");
    for (const said of [/HELD BY THEM/, /MUTED/, /RECORDING/]) assert.match(text, said);
  }
});

Deno.test("40×12 keeps the call and its keys", () => {
  const text = drawn(state({ calls: [call()], columns: 40, rows: 12 })).join("\n");
  for (const said of [/TALKING/, /Bob Smith/, /G722/, /x hang up/, /m mute/, /Dial/]) {
    assert.match(text, said);
  }
});

Deno.test("a second call is announced in every view, with its keys", () => {
  for (const view of VIEWS) {
    const text = drawn(state({ ...BUSY, screen: { view } })).join("\n");
    assert.match(text, /SECOND CALL WAITING.*Carol Jones.*a answer.*n decline/);
  }
});

Deno.test("while one types, the banner names the keys that still act", () => {
  const typing = state({ ...BUSY, screen: { field: "6" } });
  assert.match(drawn(typing).join("\n"), /CALL WAITING.*Alt-A answer.*Alt-N decline/);
});

Deno.test("a transfer that asks is told in every view, with the keys that answer it", () => {
  for (const view of VIEWS) {
    const asking = state({ calls: [call({ transferAsked: "sip:600@pbx" })], screen: { view } });
    const text = drawn({
      ...asking,
      screen: { ...asking.screen, size: { columns: 100, rows: 24 } },
    });
    assert.match(
      text.join("\n"),
      /Bob Smith wants to transfer you to 600 .*f follow the transfer .*k refuse the transfer/,
    );
  }
  assert.doesNotMatch(drawn(state({ calls: [call()] })).join("\n"), /wants to transfer/);
});

Deno.test("the hints name the keys of the table, and only sensible ones", () => {
  const idle = drawn(state()).at(-1)!;
  assert.match(idle, /\? all keys.*: all commands.*q quit/);
  assert.doesNotMatch(idle, /hang up|mute/);
  const talking = drawn(state({ calls: [call()] })).at(-1)!;
  assert.match(talking, /x hang up +m mute +h hold +t transfer/);
  assert.match(drawn(state({ calls: [call({ muted: true })] })).at(-1)!, /m unmute/);
});

Deno.test("a failed registration says why and when it is tried again", () => {
  const error = { code: "auth-refused", message: "the password was refused" } as const;
  const registration = { state: "failed", status: 403, error, retryInMs: 30_000 } as const;
  const app = state();
  const event = { type: "registration", account: "work", registration, seq: 2, at: NOW } as const;
  const failed = { ...app, phone: takeNews(app.phone, { type: "event", event }) };
  const screen = { ...failed, screen: { ...failed.screen, view: "accounts" as const } };
  const text = drawn(screen).join("\n");
  assert.match(text, /failed, next try in 0:30/);
  assert.match(text, /SIP 403[\s\S]*the password was refused/);
  assert.match(drawn(failed)[0]!, /alice failed/);
});

Deno.test("a station that is away is told, with the reason", () => {
  const app = state({ calls: [call()] });
  const error = { code: "no-station", message: "no station answers" } as const;
  const lost = { ...app, phone: takeNews(app.phone, { type: "lost", error, at: NOW }) };
  const text = drawn(lost).join("\n");
  assert.match(text, /station lost/i);
  assert.match(text, /Station lost .* ago: no station answers\. Waiting for it/);
  assert.doesNotMatch(text, /TALKING/);
});

Deno.test("names from the network neither break nor drive the screen", () => {
  const remote = { uri: "sip:x@y", displayName: "\u001b[2J李小龍\u202e👩‍👩‍👧\r\nfake" };
  const app = state({ calls: [call({ remote })] });
  for (const line of drawn(app)) assert.equal(width(line), 80);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(drawn(app).join(""), /[\u0000-\u001f\u202e\u200d]/);
});

Deno.test("the quality view draws each direction", () => {
  const app = measured({ remoteLost: 0, remoteJitterMs: 4, roundTripMs: 25 });
  const text = drawn({ ...app, screen: { ...app.screen, view: "quality" } }).join("\n");
  assert.match(text, /what you hear: good[\s\S]*loss +▁+ +0\.0 %[\s\S]*what they hear/);
  assert.match(text, /round trip +▁+ +25 ms/);
});

Deno.test("scores stand in the quality view, those of listening and of talking told apart", () => {
  const score = (mos: number) => ({ r: 80, mos });
  const view = (quality: MediaReport["quality"], language: Language = "en") => {
    const app = measured({ quality });
    return drawn({ ...app, screen: { ...app.screen, view: "quality" } }, { language }).join("\n");
  };
  const rated = { lossShare: 0, listening: score(4.41), conversational: score(3.62) };
  const outgoing = { lossShare: 0, listening: score(4.34) };
  const quality = {
    incoming: { scale: "narrowband", call: rated, now: rated },
    outgoing: { scale: "wideband", call: outgoing, now: outgoing },
  } as const;
  for (
    const [language, ...texts] of [
      [
        "en",
        /MOS 4\.4 of 5 heard, 3\.6 in conversation \(narrowband/,
        /4\.3 of 5 heard \(wideband/,
      ],
      ["de", /4,4 von 5 gehört, 3,6 im Gespräch \(Schmalband/, /4,3 von 5 gehört \(Breitband/],
      [
        "es",
        /4,4 de 5 al oír, 3,6 al conversar \(escala de banda estr/,
        /4,3 de 5 al oír \(escala/,
      ],
    ] as const
  ) for (const text of texts) assert.match(view(quality, language), text);
  // What is known of the whole call says nothing of now.
  assert.doesNotMatch(view({ incoming: { scale: "narrowband", call: rated } }), /MOS/);
});

Deno.test("the ladder is drawn with directions and failures", () => {
  const message = (direction: "in" | "out", summary: string, at: number) => ({
    at,
    direction,
    transport: "udp" as const,
    peer: "192.0.2.1:5060",
    summary,
    cseq: "1 INVITE",
    text: "",
  });
  const ladder = {
    sipCallId: "abc@us",
    messages: [message("out", "INVITE", NOW), message("in", "486 Busy Here", NOW + 120)],
  };
  const app = state({ calls: [call()], screen: { view: "log" }, records: { ladder } });
  const phone = takeNews(app.phone, {
    type: "event",
    event: { type: "notice", text: "hello", seq: 2, at: NOW },
  });
  const text = drawn({ ...app, phone }).join("\n");
  assert.match(text, /\+0\.000 +─── INVITE ─+→/);
  assert.match(text, /\+0\.120 +←─── 486 Busy Here \(1 INVITE\)/);
});

Deno.test("at 80 columns every tab is named, in every language, in ASCII too", () => {
  for (const language of LANGUAGES) {
    for (const ascii of [false, true]) {
      const tabs = drawn(state(), { language, ascii })[1]!;
      assert.match(tabs, /^(?: F[2-8] \p{L}+ *){7}$/u, tabs);
    }
  }
});

Deno.test("a direction without sound is a sentence on the call, in every language", () => {
  const silence = {
    incoming: silenceOf("nothing-came", "192.0.2.7:4000", NOW),
    outgoing: silenceOf("microphone", "", NOW),
  };
  const said = {
    en: [/We send to 192\.0\.2\.7:4000; nothing comes back/, /your microphone gives no sound/],
    de: [
      /Wir senden an 192\.0\.2\.7:4000; nichts kommt zurück/,
      /Ihr Mikrofon gibt gar keinen Ton/,
    ],
    es: [/Enviamos a 192\.0\.2\.7:4000; no vuelve nada/, /su micrófono no da ningún sonido/],
  };
  for (const language of LANGUAGES) {
    const text = drawn(state({ calls: [call({ silence })] }), { language }).join("\n");
    for (const words of said[language]) assert.match(text, words);
  }
});

Deno.test("bad sound is a sentence on the call, in every language", () => {
  const badSound = {
    incoming: badSoundOf("loss", 12.4, "incoming", NOW),
    outgoing: badSoundOf("late", 7, "outgoing", NOW),
  };
  const said = {
    en: [/Bad sound: 12 % of what they say is lost/, /They hear you badly: 7 % of your sound/],
    de: [/Schlechter Ton: 12 % der Gegenseite/, /Man hört Sie schlecht: 7 % Ihres Tons/],
    es: [/Mal sonido: el 12 % de lo que dicen/, /Le oyen mal: el 7 % de su sonido/],
  };
  for (const language of LANGUAGES) {
    const text = drawn(state({ calls: [call({ badSound })] }), { language }).join("\n");
    for (const words of said[language]) assert.match(text, words);
  }
});

Deno.test("there are words for bad sound of each cause, in every language", () => {
  for (const language of LANGUAGES) {
    for (const cause of BAD_SOUND_CAUSES) {
      const badSound = { incoming: badSoundOf(cause, 7, "incoming", NOW) };
      const text = drawn(state({ calls: [call({ badSound })] }), { language }).join("\n");
      assert.doesNotMatch(text, /sound\.|\{value\}|undefined/, `${language} ${cause}`);
      assert.notEqual(text, drawn(state({ calls: [call()] }), { language }).join("\n"));
    }
  }
});
