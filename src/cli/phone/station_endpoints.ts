/**
 * The sound of a call that a running station makes for this command. The station has folders of its
 * own: paths are made absolute here. Pipes are this process's.
 */
import { resolve } from "../../base/path/mod.ts";
import { lazily, OffhookError } from "../../base/mod.ts";
import type { AudioEndpoints } from "../../core/ports/mod.ts";
import type { Io } from "../process/mod.ts";
import type { AccountValues, AudioValues, TlsValues } from "../phone_fields/mod.ts";
import type { CallSound } from "./session.ts";

/** @throws OffhookError `usage` for a pipe of a command that does not stay, or that contradicts */
export async function stationSound(
  values: Partial<AudioValues> & AccountValues & TlsValues & { detach?: boolean },
  io: Io,
): Promise<CallSound> {
  const { mic, speaker, record, loop } = values;
  const asked = [mic, speaker, record].some((each) => each !== undefined) || loop ||
    ["OFFHOOK_MIC", "OFFHOOK_SPEAKER"].some((variable) => io.environment(variable));
  if (!asked) return { onStdout: false };
  // Half of it may be the configuration's: that is read only for this.
  const { endpointsOf, loadForCommand } = await lazily<typeof import("./call_setup.ts")>(
    import.meta.url,
    "./call_setup.ts",
  );
  const wanted = absolute(endpointsOf(await loadForCommand(values, io), values, io), io.cwd);
  const piped = [wanted.microphone, wanted.speaker].findIndex(({ kind }) => kind === "pipe");
  if (piped < 0) return { endpoints: wanted, onStdout: false };
  if (values.detach) {
    const flag = piped === 0 ? "--mic pipe" : "--speaker pipe";
    throw new OffhookError("usage", `${flag} needs this command to stay, --detach leaves`, {
      hint: "Leave out --detach, or use offhook audio later.",
    });
  }
  const { splitPipes } = await lazily<typeof import("../pipe/station_pipes.ts")>(
    import.meta.url,
    "../pipe/station_pipes.ts",
  );
  const split = splitPipes(wanted, io);
  return { ...split, onStdout: split.pipes?.onStdout ?? false };
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
