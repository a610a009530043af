/**
 * What the screen costs: a meter's change ten times a second, a key until its frame, and a call that
 * comes in until it is on screen. 80×24, a call on, sixty calls of history.
 *
 *     deno run -P=test bench/tui_bench.ts
 */
import process from "node:process";
import { draw, LOOKS, Sink } from "./tui_scene.ts";

const { LevelPainter } = await import("../src/tui/screen/level_painter.ts");
const { ScreenStore } = await import("../src/tui/model/screen_store.ts");
const { call, NOW, past, report, ringing, state } = await import("../tests/unit/tui/stage.ts");

const SECONDS = 20;
const HISTORY = Array.from({ length: 60 }, (_, at) => past({ id: `p${at}` }));

function open() {
  const sink = new Sink();
  const store = new ScreenStore(state({ calls: [call()], records: { history: HISTORY } }));
  const scene = { store, practice: false, ...LOOKS };
  const painter = new LevelPainter(scene, (text) => void sink.write(text));
  const app = draw(scene, sink, () => painter.drew());
  return { sink, store, app };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let seq = 10;
/** Meters ten times a second; once a second the report and the clock, as a phone has them. */
function meter(store: InstanceType<typeof ScreenStore>): void {
  const at = NOW + 100 * seq;
  const sent = -50 + (++seq * 7) % 45;
  store.dispatch({ type: "levels", levels: [{ call: "c1", sent, received: sent - 3 }] });
  if (seq % 10 !== 0) return;
  const one = call({ report: report({ sentLevel: sent, received: seq * 5 }) });
  const event = { type: "call.media", call: one, seq, at } as const;
  store.dispatch({ type: "news", news: { type: "event", event } });
  store.dispatch({ type: "tick", at });
}

/** Share of one core, percent, over some seconds of `work` every 100 ms. */
async function shareOf(work: () => void): Promise<number> {
  const before = process.cpuUsage();
  const begin = performance.now();
  for (let tenth = 0; tenth < SECONDS * 10; tenth++) {
    work();
    await pause(100 - ((performance.now() - begin) % 100));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10 / (performance.now() - begin);
}

/** ms from a change of the state to the bytes that show it. */
async function shownAfter(
  { sink }: ReturnType<typeof open>,
  act: () => void,
  shown: RegExp,
): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const begin = performance.now();
  let text = "";
  sink.onWrite = (part) => {
    text += part;
    if (shown.test(text)) resolve(performance.now() - begin);
  };
  act();
  const took = await promise;
  sink.onWrite = () => {};
  return took;
}

const scene = open();
await pause(500);
await shareOf(() => meter(scene.store));
const idle = await shareOf(() => {});
const bytes = scene.sink.bytes;
const meters = await shareOf(() => meter(scene.store));
const frameBytes = Math.round((scene.sink.bytes - bytes) / (SECONDS * 10));
const keys: number[] = [];
for (let digit = 0; digit < 10; digit++) {
  const field = "1".repeat(digit + 1);
  const press = () => scene.store.dispatch({ type: "field", text: field });
  keys.push(await shownAfter(scene, press, /1/));
  await pause(60);
}
scene.store.dispatch({ type: "field", text: "" });
await pause(60);
const rang = await shownAfter(scene, () => {
  const event = { type: "call.incoming", call: ringing(), seq: ++seq, at: NOW } as const;
  scene.store.dispatch({ type: "news", news: { type: "event", event } });
}, /SECOND CALL WAITING/);
scene.app.unmount();
const round = (value: number) => Math.round(value * 100) / 100;
await Deno.stdout.write(new TextEncoder().encode(`${
  JSON.stringify({
    metersPercentOfACore: round(meters - idle),
    idlePercentOfACore: round(idle),
    bytesAFrame: frameBytes,
    keyToFrameMs: {
      median: round(keys.sort((a, b) => a - b)[5]!),
      worst: round(keys.at(-1)!),
    },
    incomingToFrameMs: round(rang),
  })
}\n`));
// Ink keeps the process for its exit promise: nothing is left to do.
