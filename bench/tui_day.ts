/**
 * A day at the screen in simulated time: forty calls of twelve minutes, meters ten times a second,
 * reports once, registrations, notices, views looked at, history read again after each call. Every
 * event goes through the state; the screen is drawn by Ink every ten seconds of a call. Tells the heap
 * after each hour, collected.
 *
 *     deno run -P=test --v8-flags=--expose-gc bench/tui_day.ts [HOURS]
 */
import type { CallRecord } from "../src/core/state/call_view.ts";
import { draw, LOOKS, Sink } from "./tui_scene.ts";

const { Notice } = await import("../src/tui/screen/notice.ts");
const { VIEWS } = await import("../src/tui/model/state.ts");
const { ScreenStore } = await import("../src/tui/model/screen_store.ts");
const { call, NOW, past, report, ringing, state } = await import("../tests/unit/tui/stage.ts");

const collect = (globalThis as { gc?: () => void }).gc;
if (collect === undefined) throw new Error("run it with --v8-flags=--expose-gc");

const hours = Number(Deno.args[0] ?? 24);
const CALLS_AN_HOUR = 5;
const CALL_SECONDS = 12 * 60;
const HOUR_MS = 3_600_000;

const store = new ScreenStore(state());
const notice = new Notice({
  write: () => {},
  environment: () => undefined,
  words: LOOKS.words,
  timers: { now: () => NOW, after: () => () => {} },
});
store.subscribe(() => notice.look(store.get()));
const app = draw({ store, practice: false, ...LOOKS }, new Sink());

let seq = 1;
let events = 0;
function tell(event: Record<string, unknown>, at: number): void {
  events++;
  const whole = { ...event, seq: ++seq, at } as never;
  store.dispatch({ type: "news", news: { type: "event", event: whole } });
}

const drawn = () => new Promise((resolve) => setTimeout(resolve));

/** Ring, answer, talk with moving meters, look at a view, hang up; the history is read again. */
async function oneCall(number: number, begin: number): Promise<void> {
  const id = `call${number}`;
  const remote = { uri: `sip:${4000 + number}@example.test`, displayName: `Caller ${number}` };
  const change = { id, remote, startedAt: begin, answeredAt: begin + 3_000 };
  tell({ type: "call.incoming", call: ringing({ ...change }) }, begin);
  store.dispatch({ type: "name", uri: remote.uri, name: `Contact ${number}` });
  await drawn();
  tell({ type: "call.answered", call: call(change) }, begin + 3_000);
  store.dispatch({ type: "view", view: "phone" });
  for (let second = 0; second < CALL_SECONDS; second++) {
    const at = begin + 3_000 + second * 1_000;
    for (let tenth = 0; tenth < 10; tenth++) {
      const sent = -50 + (second * 10 + tenth) * 7 % 45;
      store.dispatch({ type: "levels", levels: [{ call: id, sent, received: sent - 3 }] });
      events++;
    }
    const counted = report({ received: 50 * second, sent: 50 * second });
    tell({ type: "call.media", call: call({ ...change, report: counted }) }, at);
    store.dispatch({ type: "tick", at });
    if (second % 10 === 0) await drawn();
  }
  store.dispatch({ type: "view", view: VIEWS[number % VIEWS.length]! });
  await drawn();
  const endedAt = begin + 3_000 + CALL_SECONDS * 1_000;
  const outcome = { outcome: "answered", sipStatus: 200, reason: "OK", endedBy: "remote" } as const;
  const record: CallRecord = {
    ...outcome,
    ...{ id, remote, endedAt, direction: "incoming", account: "work" },
    ...{ startedAt: begin, answeredAt: begin + 3_000 },
  };
  tell({ type: "call.ended", record }, endedAt);
  const history = Array.from(
    { length: Math.min(number + 1, 200) },
    (_, at) => past({ id: `call${number - at}`, remote }),
  );
  store.dispatch({ type: "records", records: { history } });
  await drawn();
}

const heap: number[] = [];
for (let hour = 0; hour < hours; hour++) {
  const begin = NOW + hour * HOUR_MS;
  for (let each = 0; each < 60; each++) {
    const registration = { state: "registered", expires: 600 };
    tell({ type: "registration", account: "work", registration }, begin + each);
    tell({ type: "notice", text: `notice ${hour}:${each}` }, begin + each);
  }
  // Forty calls a day are five an hour while somebody works.
  if (hour % 24 < 8) {
    for (let each = 0; each < CALLS_AN_HOUR; each++) {
      await oneCall(hour * CALLS_AN_HOUR + each, begin + each * HOUR_MS / CALLS_AN_HOUR);
    }
  }
  collect();
  await drawn();
  collect();
  heap.push(Math.round(Deno.memoryUsage().heapUsed / 1024));
}
app.unmount();
await Deno.stdout.write(
  new TextEncoder().encode(
    `${JSON.stringify({ hours, events, heapKiB: heap, grownKiB: heap.at(-1)! - heap[1]! })}\n`,
  ),
);
Deno.exit();
