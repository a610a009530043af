/**
 * Endpoints of a call that a running station makes for this command. The station has folders of its
 * own: paths are made absolute here. Not on the real-time path.
 */
import { resolve } from "node:path";
import type { AudioEndpoints } from "../core/media_port.ts";
import type { Io } from "./io.ts";
import { lazily } from "./lazily.ts";
import type { AccountValues, AudioValues, TlsValues } from "./options.ts";

/** Undefined: the station's own, because nothing was asked for. */
export async function stationEndpoints(
  values: AudioValues & AccountValues & TlsValues,
  io: Io,
): Promise<AudioEndpoints | undefined> {
  const { mic, speaker, record, loop } = values;
  const asked = [mic, speaker, record].some((each) => each !== undefined) || loop ||
    ["OFFHOOK_MIC", "OFFHOOK_SPEAKER"].some((variable) => io.environment(variable));
  if (!asked) return undefined;
  // Half of it may be the configuration's: that is read only for this.
  const { endpointsOf, loadForCommand } = await lazily<typeof import("./call_setup.ts")>(
    import.meta.url,
    "./call_setup.ts",
  );
  return absolute(endpointsOf(await loadForCommand(values, io), values, io), io.cwd);
}

function absolute({ microphone, speaker, record }: AudioEndpoints, cwd: string): AudioEndpoints {
  return {
    microphone: inFolder(microphone, cwd),
    speaker: inFolder(speaker, cwd),
    ...(record === undefined ? {} : { record: resolve(cwd, record) }),
  };
}

function inFolder<T extends { kind: string }>(endpoint: T, cwd: string): T {
  return "path" in endpoint && typeof endpoint.path === "string"
    ? { ...endpoint, path: resolve(cwd, endpoint.path) }
    : endpoint;
}
