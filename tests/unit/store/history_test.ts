/** The call history: kept, filtered, paged, pruned. */
import assert from "node:assert/strict";
import type { SoundQuality } from "../../../src/core/ports/media_report.ts";
import { OUTCOMES } from "../../../src/core/state/outcome.ts";
import fc from "fast-check";
import { openDatabase } from "../../../src/store/database/database.ts";
import { History } from "../../../src/store/history/history.ts";
import { historyJson } from "../../../src/store/history/history_json.ts";
import type { HistoryQuery } from "../../../src/store/history/history_query.ts";
import { durationOf, type HistoryRecord } from "../../../src/store/history/history_record.ts";
import { singleLine } from "../../../src/store/database/text_fold.ts";
import { sampleCall } from "../../fakes/store/sample_call.ts";
import { NOON } from "../../fakes/store/temporary_store.ts";

function emptyHistory(): History {
  return new History(openDatabase({ path: ":memory:", mode: "write", now: () => NOON }).database);
}

function historyOf(...changes: Partial<HistoryRecord>[]): History {
  const history = emptyHistory();
  changes.forEach((change, n) => {
    history.put(sampleCall({ id: `${n}`, startedAt: NOON + n * 60_000, ...change }));
  });
  return history;
}

function ids(history: History, query: HistoryQuery): string[] {
  return history.list(query).records.map((record) => record.id);
}

Deno.test("a call whose sound an older version noted is read with what it knew", () => {
  const { database } = openDatabase({ path: ":memory:", mode: "write", now: () => NOON });
  const history = new History(database);
  history.put(sampleCall({}));
  database.exec(
    'UPDATE calls SET quality = \'{"sent":9,"received":8,"lost":1,"jitterMs":2,"mos":null}\'',
  );
  assert.deepEqual(history.list({}).records[0]?.quality, {
    sent: 9,
    received: 8,
    lost: 1,
    jitterMs: 2,
    mos: null,
    sound: null,
    longestSilenceMs: null,
    remoteLongestSilenceMs: null,
  });
});

const SOUND: SoundQuality = {
  incoming: {
    scale: "narrowband",
    call: { lossShare: 0.01, lateShare: 0, listening: { r: 89.6, mos: 4.33 } },
    bursts: { burstDensity: 0, gapDensity: 0.01, burstMs: 0, gapMs: 60_000 },
  },
};

Deno.test("a record comes back as it was put", () => {
  const full = sampleCall({ recording: "/tmp/a.wav", endedBy: "local" });
  const bare = sampleCall({
    id: "bare",
    sipCallId: null,
    remote: { uri: "tel:110" },
    outcome: null,
    answeredAt: null,
    endedAt: null,
    codec: null,
    quality: null,
    endedBy: "none",
  });
  const history = emptyHistory();
  history.put(full);
  history.put(bare);
  assert.deepEqual(history.get("call-1"), full);
  assert.deepEqual(history.get("bare"), bare);
  assert.equal(history.get("other"), undefined);
});

Deno.test("a live call is brought up to date; an id used again later is another call", () => {
  const history = emptyHistory();
  history.put(sampleCall({ outcome: null, answeredAt: null, endedAt: null }));
  history.put(sampleCall({ outcome: "busy", answeredAt: null, sipStatus: 486 }));
  assert.deepEqual(history.list().records.map((record) => record.outcome), ["busy"]);
  history.put(sampleCall({ startedAt: NOON + 1.4 }));
  assert.equal(history.list().records.length, 2);
  assert.equal(history.get("call-1")?.startedAt, NOON + 1);
});

Deno.test("each filter, alone and together", () => {
  const history = historyOf(
    {},
    { direction: "incoming", outcome: "missed", remote: { uri: "sip:bob@example.net" } },
    { direction: "incoming", outcome: "answered-elsewhere", account: "home" },
    { outcome: "busy", remote: { uri: "tel:+49-89-555%20", displayName: "Łukasz Ågren" } },
  );
  assert.deepEqual(ids(history, {}), ["3", "2", "1", "0"]);
  assert.deepEqual(ids(history, { direction: "incoming" }), ["2", "1"]);
  assert.deepEqual(ids(history, { outcomes: ["busy", "answered"] }), ["3", "0"]);
  assert.deepEqual(ids(history, { outcomes: [] }), []);
  assert.deepEqual(ids(history, { missed: true }), ["1"]);
  assert.deepEqual(ids(history, { missed: false }), ["3", "2", "1", "0"]);
  assert.deepEqual(ids(history, { since: NOON + 60_000, until: NOON + 180_000 }), ["2", "1"]);
  assert.deepEqual(ids(history, { account: "home" }), ["2"]);
  assert.deepEqual(ids(history, { remote: "LUKASZ agren" }), ["3"]);
  assert.deepEqual(ids(history, { remote: "@example.net" }), ["1"]);
  assert.deepEqual(ids(history, { remote: "(089) 555".replace("0", "") }), ["3"]);
  assert.deepEqual(ids(history, { remote: "grosse" }), ["2", "0"]);
  assert.deepEqual(ids(history, { remote: "  " }), ["3", "2", "1", "0"]);
  assert.deepEqual(ids(history, { remote: "%" }), ["3"], "no wildcards");
  assert.deepEqual(ids(history, { direction: "incoming", account: "home", remote: "jurgen" }), [
    "2",
  ]);
});

Deno.test("pages cover every call once, while new calls come in and times coincide", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
      (times, limit) => {
        const history = emptyHistory();
        times.forEach((startedAt, n) => history.put(sampleCall({ id: `${n}`, startedAt })));
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = history.list({ limit, cursor });
          assert.ok(page.records.length <= limit);
          seen.push(...page.records.map((record) => record.id));
          cursor = page.next ?? undefined;
          history.put(sampleCall({ id: `late-${seen.length}`, startedAt: 1000 }));
        } while (cursor !== undefined);
        const expected = times.map((startedAt, n) => ({ startedAt, n }))
          .sort((a, b) => b.startedAt - a.startedAt || b.n - a.n).map(({ n }) => `${n}`);
        assert.deepEqual(seen, expected);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("a cursor of somebody else is a usage error", () => {
  for (const cursor of ["", "abc", "1.2.3", "1e9.1", "9".repeat(20) + ".1"]) {
    assert.throws(() => emptyHistory().list({ cursor }), { code: "usage" });
  }
});

Deno.test("redial calls the newest outgoing party, of one account if asked", () => {
  const history = historyOf(
    { account: "home", remote: { uri: "sip:1@a" } },
    { remote: { uri: "sip:2@a" }, outcome: "busy" },
    { direction: "incoming", remote: { uri: "sip:3@a" } },
  );
  const last = (account?: string) =>
    history.list({ direction: "outgoing", account, limit: 1 }).records[0]?.remote.uri;
  assert.deepEqual([last(), last("home"), last("none")], ["sip:2@a", "sip:1@a", undefined]);
});

Deno.test("calls that were live when the phone was killed are ended, without inventing an end", () => {
  const history = historyOf(
    { outcome: null, endedAt: null },
    { outcome: null, answeredAt: null, endedAt: null },
    { outcome: "busy", answeredAt: null },
  );
  assert.equal(history.closeInterrupted(), 2);
  const [busy, unanswered, answered] = history.list().records;
  assert.equal(answered?.outcome, "answered");
  assert.equal(durationOf(answered!), null);
  assert.equal(unanswered?.outcome, "failed");
  assert.equal(durationOf(unanswered!), 0);
  assert.match(unanswered!.reason, /phone stopped/);
  assert.equal(busy?.outcome, "busy");
  assert.equal(history.closeInterrupted(), 0);
});

Deno.test("pruning by age and by number spares live calls and shared recordings", () => {
  const history = historyOf(
    { recording: "/rec/0.wav" },
    { recording: "/rec/shared.wav" },
    { outcome: null, endedAt: null },
    { recording: "/rec/shared.wav" },
    {},
  );
  assert.deepEqual(history.prune({}), { removed: 0, recordings: [] });
  const byAge = history.prune({ before: NOON + 120_001 });
  assert.deepEqual(byAge, { removed: 2, recordings: ["/rec/0.wav"] });
  assert.deepEqual(ids(history, {}), ["4", "3", "2"]);
  const byNumber = history.prune({ keep: 1 });
  assert.deepEqual(byNumber, { removed: 1, recordings: ["/rec/shared.wav"] });
  assert.deepEqual(ids(history, {}), ["4", "2"]);
  assert.deepEqual(history.prune({ keep: 0 }).removed, 1);
  assert.deepEqual(ids(history, {}), ["2"]);
});

Deno.test("the JSON of a call is pinned", () => {
  assert.deepEqual(historyJson(sampleCall()), {
    schema: "offhook.history/1",
    id: "call-1",
    sipCallId: "abc@host",
    account: "office",
    direction: "outgoing",
    remote: { uri: "sip:+4930123456@example.com", displayName: "Jürgen Größe" },
    outcome: "answered",
    sipStatus: 200,
    reason: "OK",
    startedAt: "2025-01-02T12:00:00.000Z",
    answeredAt: "2025-01-02T12:00:05.000Z",
    endedAt: "2025-01-02T12:01:05.000Z",
    durationMs: 60000,
    codec: "PCMA",
    quality: {
      sent: 3000,
      received: 2990,
      lost: 10,
      jitterMs: 1.5,
      mos: null,
      sound: null,
      longestSilenceMs: 1200,
      remoteLongestSilenceMs: null,
    },
    encryption: null,
    recording: null,
    endedBy: "remote",
  });
  const live = historyJson(sampleCall({ outcome: null, answeredAt: null, endedAt: null }));
  assert.equal(live.outcome, "live");
  assert.equal(live.durationMs, null);
});

Deno.test("what a peer chose cannot carry control characters to a terminal", () => {
  const history = emptyHistory();
  history.put(sampleCall({
    reason: "Busy\x1b[2J\0 here",
    remote: { uri: "sip:a@b\r\n", displayName: "Eve\x07\ud800" },
  }));
  const { reason, remote } = history.list().records[0]!;
  assert.equal(reason, "Busy [2J  here");
  assert.deepEqual(remote, { uri: "sip:a@b", displayName: "Eve \ufffd" });
});

Deno.test("any record survives the round trip", () => {
  const text = fc.string({ unit: "binary" }).map(singleLine);
  const time = fc.integer({ min: 0, max: 4e12 });
  const record = fc.record<HistoryRecord>({
    id: fc.constant(""),
    sipCallId: fc.option(fc.string()),
    account: fc.string(),
    direction: fc.constantFrom("outgoing", "incoming"),
    remote: fc.record({ uri: text, displayName: text }),
    outcome: fc.option(fc.constantFrom(...OUTCOMES)),
    sipStatus: fc.integer({ min: 0, max: 699 }),
    reason: text,
    startedAt: time,
    answeredAt: fc.option(time),
    endedAt: fc.option(time),
    codec: fc.option(fc.constantFrom("PCMU", "G722")),
    quality: fc.option(fc.record({
      sent: fc.nat(),
      received: fc.nat(),
      lost: fc.nat(),
      jitterMs: fc.double({ noNaN: true, min: 0, max: 1e6 }),
      mos: fc.option(fc.double({ noNaN: true, min: 1, max: 5 })),
      sound: fc.option(fc.constant(SOUND)),
      longestSilenceMs: fc.option(fc.nat()),
      remoteLongestSilenceMs: fc.option(fc.nat()),
    })),
    encryption: fc.option(fc.constant(
      { keying: "sdes", suite: "AES_CM_128_HMAC_SHA1_80" } as const,
    )),
    recording: fc.option(fc.string()),
    endedBy: fc.constantFrom("local", "remote", "none"),
  });
  const history = emptyHistory();
  let calls = 0;
  fc.assert(
    fc.property(record, (some) => {
      const call = structuredClone({ ...some, id: `${calls++}` });
      history.put(call);
      assert.deepEqual(history.get(call.id), call);
    }),
    { numRuns: 80 },
  );
});
