/** What happens to a call's sound beside the stream: recording, other devices, programs that join. */
import type { Call } from "../call.ts";
import { OffhookError } from "../errors.ts";
import type { Command } from "../state.ts";
import { isIn, refuse, type Turn } from "../turn.ts";

/** @throws OffhookError `invalid-state` without an answered call, or when it is so already */
export function record(turn: Turn, call: Call, path: string | null): void {
  if (!isIn(call, "established")) return refuse(call, "record", "an answered call");
  const runs = call.recording.name !== "off";
  if (runs === (path !== null)) {
    const word = runs ? "recorded already" : "not recorded";
    throw new OffhookError("invalid-state", `call "${call.id}" is ${word}`, {
      data: { call: call.id, recording: call.recording },
    });
  }
  turn.ask({ type: "RecordMedia", call: call.id, path });
  const recording = path === null ? { name: "off" } as const : { name: "on", path } as const;
  const recorded = path === null ? {} : { recorded: path };
  turn.tell("call.recording", turn.put({ ...call, recording, ...recorded }), { ...recording });
}

/** @throws OffhookError `invalid-state` unless a recording runs (or is paused, to go on) */
export function pauseRecording(turn: Turn, call: Call, paused: boolean): void {
  const { recording } = call;
  if (recording.name !== (paused ? "on" : "paused")) {
    const need = paused ? "a recording that runs" : "a recording that is paused";
    return refuse(call, paused ? "pause the recording of" : "go on recording", need);
  }
  turn.ask({ type: "PauseRecording", call: call.id, paused });
  const next = { name: paused ? "paused" : "on", path: recording.path } as const;
  turn.tell("call.recording", turn.put({ ...call, recording: next }), { ...next });
}

/** @throws OffhookError `invalid-state` for a call without open media */
export function useEndpoints(
  turn: Turn,
  call: Call,
  { microphone, speaker }: Extract<Command, { type: "UseEndpoints" }>,
): void {
  requireSound(call, "change the devices of");
  const change = {
    ...(microphone === undefined ? {} : { microphone }),
    ...(speaker === undefined ? {} : { speaker }),
  };
  turn.put({ ...call, endpoints: { ...call.endpoints, ...change } });
  turn.ask({ type: "UseEndpoints", call: call.id, ...change });
}

/** @throws OffhookError `invalid-state` for a call without open media */
export function attachAudio(
  turn: Turn,
  call: Call,
  command: Extract<Command, { type: "AttachAudio" }>,
): void {
  requireSound(call, "join the sound of");
  turn.ask(command);
}

function requireSound(call: Call, command: string): void {
  if (call.media.name !== "running" || isIn(call, "ending")) {
    refuse(call, command, "a call with sound");
  }
}
