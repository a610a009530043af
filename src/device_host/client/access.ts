/**
 * How the media worker comes to the device host: the main thread owns the process (the worker may not
 * run anything), the worker asks it for the socket and then connects by itself.
 *
 *     worker: remoteAccess(port) ── "socket" ──► main thread: serveAccess(port, supervisor)
 *                                ◄── path ─────
 */
import { type ErrorJson, OffhookError } from "../../base/mod.ts";

/** Access to a device host that is started when it is first needed, and again when it died. */
export interface DeviceHostAccess {
  /**
   * Path of the socket of a host that listens.
   * @throws OffhookError `device-failed` when it cannot be started
   */
  socket(): Promise<string>;
  /** The host at `socket` does not answer any more: away with it. The next `socket()` is a new one. */
  abandon(socket: string): void;
  /** The last lines that native libraries printed, for the details of an error. */
  log(): Promise<string[]>;
}

type Question =
  | { id: number; ask: "socket" | "log" }
  | { id: 0; ask: "abandon"; socket: string };

type Answer = { id: number; value: unknown } | { id: number; error: ErrorJson };

/** Answers the other end of `port` until the port is closed. Main thread. */
export function serveAccess(port: MessagePort, access: DeviceHostAccess): void {
  port.onmessage = async ({ data }: MessageEvent<Question>) => {
    if (data.ask === "abandon") return access.abandon(data.socket);
    try {
      const value = await (data.ask === "socket" ? access.socket() : access.log());
      port.postMessage({ id: data.id, value } satisfies Answer);
    } catch (error) {
      const json = OffhookError.from(error).toJSON();
      port.postMessage({ id: data.id, error: json } satisfies Answer);
    }
  };
}

/** The access of a worker that holds the other end of `port`. */
export function remoteAccess(port: MessagePort): DeviceHostAccess {
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  let next = 1;
  port.onmessage = ({ data }: MessageEvent<Answer>) => {
    const waiting = pending.get(data.id);
    pending.delete(data.id);
    if ("error" in data) waiting?.reject(OffhookError.fromJSON(data.error));
    else waiting?.resolve(data.value);
  };
  const ask = (what: "socket" | "log"): Promise<unknown> => {
    const waiting = Promise.withResolvers<unknown>();
    const id = next++;
    pending.set(id, waiting);
    port.postMessage({ id, ask: what } satisfies Question);
    return waiting.promise;
  };
  return {
    socket: () => ask("socket") as Promise<string>,
    abandon: (socket) => port.postMessage({ id: 0, ask: "abandon", socket } satisfies Question),
    log: () => ask("log") as Promise<string[]>,
  };
}
