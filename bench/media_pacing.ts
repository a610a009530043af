// deno-lint-ignore-file no-console
/**
 * How evenly the media worker sends: gaps between packets of a PCMU call at a socket of this process,
 * once with an idle and once with a busy main thread.
 *
 *     deno run -P=test bench/media_pacing.ts [SECONDS]
 *
 * The listener is a thread of its own, so that a busy main thread does not make it late.
 */
import { MediaWorker } from "../src/media/worker/media_worker.ts";
import { streamTo } from "../tests/fakes/media_party.ts";

const SECONDS = Number(Deno.args[0] ?? 10);

const LISTENER = `
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const times = [];
  self.onmessage = () => { self.postMessage(times.splice(0)); };
  self.postMessage(socket.addr.port);
  const buffer = new Uint8Array(2048);
  for (;;) { await socket.receive(buffer); times.push(performance.now()); }
`;

function next<T>(worker: Worker): Promise<T> {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data as T);
  });
}

function summary(times: number[]): string {
  const gaps = times.slice(1).map((time, i) => time - times[i]!).sort((a, b) => a - b);
  const at = (share: number) => gaps[Math.floor((gaps.length - 1) * share)]!.toFixed(2);
  return `gap ms p1 ${at(0.01)}  p50 ${at(0.5)}  p99 ${at(0.99)}  max ${at(1)}  (${gaps.length})`;
}

const url = URL.createObjectURL(new Blob([LISTENER], { type: "text/javascript" }));
const listener = new Worker(url, { type: "module" });
const port = await next<number>(listener);

const opened = Promise.withResolvers<void>();
const media = new MediaWorker({}, (input) => {
  if (input.type === "MediaOpened") opened.resolve();
});
const call = "pacing";
media.perform({
  type: "OpenMedia",
  call,
  endpoints: { microphone: { kind: "voice" }, speaker: { kind: "null" } },
});
await opened.promise;
media.perform({
  type: "StartMedia",
  call,
  stream: streamTo(port, "PCMU"),
  answered: true,
  confirmed: true,
});
await new Promise((resolve) => setTimeout(resolve, 1000));

for (const busy of [false, true]) {
  listener.postMessage("times");
  await next(listener);
  const until = performance.now() + SECONDS * 1000;
  while (busy && performance.now() < until);
  if (!busy) await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
  listener.postMessage("times");
  console.log(busy ? "main busy" : "main idle", summary(await next<number[]>(listener)));
}
await media.stop();
listener.terminate();
