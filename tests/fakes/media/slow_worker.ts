/// <reference lib="deno.worker" />
/** A media thread that takes long to start: the first three questions find it deaf. */
import type { FromWorker, ToWorker } from "../../../src/media/worker/worker_protocol.ts";

let questions = 0;

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "ping") questions += 1;
  if (questions > 3) self.postMessage({ type: "pong" } satisfies FromWorker);
};
