/**
 * The runs of `offhook headset`.
 *
 *     list ─► device host of our own ─► what each can do        (a running station tells its use)
 *     test, learn ─► device host of our own ─► the headset      (refused while a station holds it)
 *     on, off ─► the running station
 */
import { loadConfig, type LoadedConfig } from "../../../config/file/mod.ts";
import type { HeadsetInfo, HeadsetList } from "../../../control/contract/mod.ts";
import type { HeadsetListReport } from "../../../control/schemas/mod.ts";
import { type ExitCode, OffhookError } from "../../../base/mod.ts";
import type { HeadsetListValues } from "./command.ts";
import { quirkFilesOf } from "../../phone/mod.ts";
import { headsetTable } from "./headset_table.ts";
import { type Io, say, sayJson } from "../../process/mod.ts";
import { withStation } from "../../live/mod.ts";

type Place = Pick<HeadsetListValues, "config" | "socket">;

/** Whether the running station uses headsets. */
export async function useHeadsets(on: boolean, values: Place, io: Io): Promise<ExitCode> {
  return await withStation(values, io, async (phone) => {
    await phone.request("headsets.use", { on });
    await say(io, `the station ${on ? "uses headsets" : "leaves headsets alone"}`);
    return 0;
  });
}

export async function list(values: HeadsetListValues, io: Io): Promise<ExitCode> {
  const { headsets } = await present(values, io);
  const report: HeadsetListReport = { schema: "offhook.headsets/1", headsets };
  if (values.json) await sayJson(io, report);
  else await io.stdout.write(headsetTable(headsets));
  return 0;
}

export interface Present {
  headsets: HeadsetInfo[];
  loaded: LoadedConfig;
}

/** What is plugged in, and which of it a running station has. */
export async function present(values: Place, io: Io): Promise<Present> {
  const { environment, cwd } = io;
  const loaded = await loadConfig({ path: values.config, environment, cwd });
  const { readQuirks } = await import("../../../station/desk/quirk_files.ts");
  const { listHeadsets } = await import("../../../station/desk/list_headsets.ts");
  const { quirks, broken } = await readQuirks(quirkFilesOf(loaded));
  for (const { message } of broken) await say(io, `offhook: ${message}`);
  const [headsets, station] = await Promise.all([listHeadsets(quirks), atStation(values, io)]);
  const used = new Map(station?.headsets.map(({ path, use }) => [path, use]));
  return {
    headsets: headsets.map((each) => ({ ...each, use: used.get(each.path) ?? each.use })),
    loaded,
  };
}

/** What a running station says of headsets; undefined without one, or when it keeps none. */
async function atStation(values: Place, io: Io): Promise<HeadsetList | undefined> {
  let found: HeadsetList | undefined;
  try {
    await withStation(values, io, async (phone) => {
      found = await phone.request("headsets", {});
      return 0;
    });
  } catch (error) {
    const { code } = OffhookError.from(error);
    if (code !== "no-station" && code !== "store-failed") throw error;
  }
  return found;
}

/** The headset that is meant. @throws OffhookError when none or several are, or it cannot be used */
export function meantHeadset(headsets: HeadsetInfo[], device: string | undefined): HeadsetInfo {
  const wanted = device?.toLowerCase();
  const fitting = headsets.filter(({ name, path, vendorId, productId, usable, use }) =>
    wanted === undefined
      ? usable || use !== "free"
      : name.toLowerCase().includes(wanted) || path === device ||
        `${vendorId}:${productId}` === wanted
  );
  const names = headsets.map(({ name, path }) => `${name} (${path})`).join(", ");
  const [only, second] = fitting;
  if (only === undefined) {
    const what = device === undefined ? "there is no usable headset" : `no headset is "${device}"`;
    const hint = names === "" ? "None is plugged in." : `Plugged in: ${names}; see headset list.`;
    throw new OffhookError("device-not-found", what, { hint });
  }
  if (second !== undefined) {
    throw new OffhookError("usage", "several headsets are plugged in", {
      hint: `Name one with --device: ${names}.`,
    });
  }
  refuseUnusable(only);
  return only;
}

function refuseUnusable({ name, use, usable, why, hint }: HeadsetInfo): void {
  if (use === "station" || use === "front") {
    throw new OffhookError("device-failed", `${name} is held by the running station`, {
      hint: "`offhook headset off` makes it let go, `offhook headset on` gives it back.",
    });
  }
  if (usable) return;
  throw new OffhookError("device-failed", `${name} cannot be used: ${why}`, {
    ...(hint === undefined ? {} : { hint }),
  });
}
