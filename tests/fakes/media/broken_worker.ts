/// <reference lib="deno.worker" />
/**
 * A media thread that opens media and breaks when a stream starts: towards port 1 by an error that
 * nobody catches, towards any other by falling silent for ever.
 */
import type { FromWorker, ToWorker } from "../../../src/media/worker/worker_protocol.ts";

const say = (message: FromWorker) => self.postMessage(message);

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "ping") return say({ type: "pong" });
  if (data.type !== "effect") return;
  const { effect } = data;
  if (effect.type === "OpenMedia") {
    const input = { type: "MediaOpened", call: effect.call, port: 4000, rtcpPort: 4001 } as const;
    return say({ type: "input", input });
  }
  if (effect.type !== "StartMedia") return;
  if (effect.stream.remotePort === 1) throw new Error("a bug");
  self.close();
};
