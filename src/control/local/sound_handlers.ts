/**
 * The methods about a call's sound that are answered when media has done what was asked: a recording
 * whose file is open or complete, devices that are in use.
 */
import { isAbsolute } from "../../base/path/mod.ts";
import { type CallView, type PhoneCommand, viewOf } from "../../core/state/mod.ts";
import { type ErrorJson, OffhookError } from "../../base/mod.ts";
import type { CallId, EndpointName } from "../../core/ports/mod.ts";
import type { CommandPort } from "./command_port.ts";
import type { Methods, Providers, Sequenced } from "../contract/mod.ts";

export type SoundMethod = "record" | "useDevices";

type SoundHandlers = {
  [M in SoundMethod]: (params: Methods[M]["params"]) => Promise<Methods[M]["result"]>;
};

export function soundHandlers(core: CommandPort, providers: () => Providers): SoundHandlers {
  return {
    record: async (params) => {
      const { call, action } = params;
      const state = core.state.calls.get(call);
      const before = state?.recording;
      const running = before === undefined || before.name === "off" ? "" : before.path;
      if (action === "pause" || action === "resume") {
        core.command({ type: "PauseRecording", call, paused: action === "pause" });
        return { path: running };
      }
      const path = action === "stop"
        ? null
        : params.path ?? newPath(state === undefined ? undefined : viewOf(state), providers());
      if (path !== null) requireAbsolute(path);
      await done(core, call, { type: "Record", call, path }, new Set(["record"]));
      return { path: path ?? running };
    },
    useDevices: async ({ call, microphone, speaker }) => {
      const asked = new Set<EndpointName>();
      if (microphone !== undefined) asked.add("microphone");
      if (speaker !== undefined) asked.add("speaker");
      if (asked.size === 0) {
        throw new OffhookError("usage", "neither a microphone nor a speaker is named");
      }
      const change = {
        ...(microphone === undefined ? {} : { microphone }),
        ...(speaker === undefined ? {} : { speaker }),
      };
      await done(core, call, { type: "UseEndpoints", call, ...change }, asked);
      return {};
    },
  };
}

/**
 * Commands, and waits until media has told about everything that was asked for.
 * @param asked what is waited for; every one, also when another fails
 * @throws OffhookError what the core refuses with; the first failure; `invalid-state` when the call
 *   ends before
 */
function done(
  core: CommandPort,
  call: CallId,
  command: PhoneCommand,
  asked: Set<EndpointName>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let failure: OffhookError | undefined;
  const stop = core.listen((event) => {
    const outcome = outcomeIn(event, call);
    if (outcome === undefined) return;
    if (outcome.over) failure ??= callOver(call);
    else if (!asked.delete(outcome.of)) return;
    else if (outcome.error !== undefined) failure ??= OffhookError.fromJSON(outcome.error);
    if (asked.size > 0 && !outcome.over) return;
    stop();
    if (failure === undefined) resolve();
    else reject(failure);
  });
  try {
    core.command(command);
  } catch (error) {
    stop();
    reject(error);
  }
  return promise;
}

type SoundOutcome = { over: true } | { over: false; of: EndpointName; error?: ErrorJson };

/** What an event says about the sound of this call. */
function outcomeIn(event: Sequenced, call: CallId): SoundOutcome | undefined {
  if (event.type === "call.ended") return event.record.id === call ? { over: true } : undefined;
  if (event.type !== "call.endpoint" && event.type !== "call.recording") return undefined;
  if (event.call.id !== call) return undefined;
  if (event.type === "call.recording") {
    return event.detail.settled ? { over: false, of: "record" } : undefined;
  }
  const { detail } = event;
  const error = detail.working ? {} : { error: detail.error };
  return { over: false, of: detail.endpoint, ...error };
}

function callOver(call: CallId): OffhookError {
  return new OffhookError("invalid-state", `call "${call}" ended before that was done`, {
    data: { call },
  });
}

/** @throws OffhookError `usage`: the station has a folder of its own */
function requireAbsolute(path: string): void {
  if (isAbsolute(path)) return;
  throw new OffhookError("usage", `the recording's path is not absolute: ${path}`, {
    hint: "Begin it with /, or leave it out for a name in the data folder.",
    data: { path },
  });
}

/** @throws OffhookError `usage` when this phone has no folder for recordings */
function newPath(call: CallView | undefined, { recordingPath }: Providers): string {
  // A call that is not there is the core's to refuse.
  if (call === undefined) return "/";
  if (recordingPath !== undefined) return recordingPath(call);
  throw new OffhookError("usage", "this phone has no folder for recordings", {
    hint: "Name a file.",
  });
}
