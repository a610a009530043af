/**
 * From an INVITE on the wire to the incoming call on screen: the practice PBX calls back over UDP; the
 * station's phone, its control socket, the client, and the whole screen drawn at 80×24.
 *
 *     deno run -P=test bench/tui_incoming.ts
 */
import { draw, LOOKS, Sink } from "./tui_scene.ts";

const { RemotePhone } = await import("../src/control/client/remote_phone.ts");
const { ControlServer } = await import("../src/control/server/server.ts");
const { openPracticeLine } = await import("../src/lab/practice_line.ts");
const { firstState } = await import("../src/tui/model/state.ts");
const { Link } = await import("../src/tui/model/link.ts");
const { ScreenStore } = await import("../src/tui/model/screen_store.ts");
const { SYSTEM_TIMERS } = await import("../src/tui/model/timers.ts");

const CALLS = 8;

let invited = 0;
const line = await openPracticeLine({
  transport: "udp",
  endpoints: { microphone: { kind: "silence" }, speaker: { kind: "null" } },
  trace: ({ direction, text }) => {
    if (direction === "in" && text.startsWith("INVITE ")) invited = performance.now();
  },
  log: () => {},
});
const folder = await Deno.makeTempDir();
const server = await ControlServer.start({
  phone: line.phone,
  station: { name: "bench", version: "0", pid: Deno.pid },
  listen: { kind: "unix", path: `${folder}/run/control.sock` },
  log: () => {},
});
const size = { columns: 80, rows: 24 };
const store = new ScreenStore(
  firstState({ ...size, theme: "dark", ownership: "found", now: Date.now() }),
);
const link = new Link({
  join: async () => {
    const phone = await RemotePhone.connect({ address: server.address });
    return { phone, closed: phone.closed, process: "bench", name: "bench" };
  },
  news: (news) => store.dispatch({ type: "news", news }),
  joined: () => {},
  timers: SYSTEM_TIMERS,
});
await link.open();
const sink = new Sink();
const app = draw({ store, practice: true, ...LOOKS }, sink);
const phone = link.phone!;
await phone.request("register", { account: line.account.id });
while (store.get().phone.accounts[0]?.registration.state !== "registered") await pause(20);
const took: number[] = [];
for (let call = 0; call < CALLS; call++) {
  const { promise, resolve } = Promise.withResolvers<number>();
  sink.onWrite = (text) => {
    if (text.includes("INCOMING CALL")) resolve(performance.now());
  };
  await phone.request("dial", { target: line.uriOf("620") });
  took.push(await promise - invited);
  for (const { id } of (await phone.request("status", {})).calls) {
    await phone.request("hangup", { call: id });
  }
  while (store.get().phone.calls.length > 0) await pause(20);
}
app.unmount();
await link.leave();
await server.close();
await line.close();
await Deno.remove(folder, { recursive: true });
took.sort((a, b) => a - b);
const round = (value: number) => Math.round(value * 10) / 10;
const figures = { median: round(took[CALLS >> 1]!), worst: round(took.at(-1)!) };
await Deno.stdout.write(
  new TextEncoder().encode(`${JSON.stringify({ inviteToScreenMs: figures })}\n`),
);

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
