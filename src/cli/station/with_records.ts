/**
 * History and contacts: of the running station, else of the store in this process. What a command asks
 * for is the same.
 *
 *     --standalone ──────────────────────────► the store
 *     a station runs, and keeps them ? station : the store
 *
 * Neither the configuration nor SIP or media is loaded.
 */
import type { Records } from "../../control/contract/mod.ts";
import type { RemotePhone } from "../../control/client/mod.ts";
import { lazily, OffhookError } from "../../base/mod.ts";
import { type Io, say } from "../process/mod.ts";
import { reachStation } from "../live/mod.ts";
import { storePath } from "./store_place.ts";

export interface RecordWishes {
  config?: string | undefined;
  socket?: string | undefined;
  standalone?: boolean;
}

/**
 * @param body runs again with the store, from its beginning, when the station keeps no such thing
 * @throws OffhookError `no-station` with `--socket`, when none answers
 */
export async function withRecords<T>(
  values: RecordWishes,
  io: Io,
  body: (records: Records) => Promise<T>,
): Promise<T> {
  const station = values.standalone ? undefined : await connected(values, io);
  if (station !== undefined) {
    try {
      return await body(station);
    } catch (error) {
      // A station without history has the same user: what others kept is there all the same.
      if (values.socket !== undefined || !keepsNone(error)) throw error;
    } finally {
      await station.close();
    }
  }
  const own = await openOwn(io);
  try {
    return await body(own);
  } finally {
    await own.close();
  }
}

async function openOwn(io: Io): Promise<Records> {
  const { OwnRecords } = await lazily<typeof import("../../station/records/own_records.ts")>(
    import.meta.url,
    "../../station/records/own_records.ts",
  );
  return new OwnRecords({
    path: storePath(io.environment),
    now: () => io.now(),
    notice: (message) => void say(io, message),
  });
}

function keepsNone(error: unknown): boolean {
  return error instanceof OffhookError && error.code === "store-failed" &&
    error.data?.missing !== undefined;
}

async function connected(values: RecordWishes, io: Io): Promise<RemotePhone | undefined> {
  try {
    return await reachStation(values, io);
  } catch (error) {
    const absent = error instanceof OffhookError && error.code === "no-station";
    if (absent && values.socket === undefined) return undefined;
    throw error;
  }
}
