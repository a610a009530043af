/** What happens to a call's sound beside the stream: recording, other devices, programs that join. */
import { type Call, isIn, type PhoneCommand, refuse, type Turn } from "../../state/mod.ts";
import { OffhookError } from "../../../base/mod.ts";
import type {
  AudioEndpoints,
  EndpointName,
  HeadsetInput,
  MediaInput,
  Microphone,
  Speaker,
} from "../../ports/mod.ts";

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
  if (isIn(call, "ending") || recording.name !== (paused ? "on" : "paused")) {
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
  { microphone, speaker }: Extract<PhoneCommand, { type: "UseEndpoints" }>,
): void {
  if (call.media.name !== "running" || isIn(call, "ending")) {
    refuse(call, "change the devices of", "a call with sound");
  }
  const change = {
    ...(microphone === undefined ? {} : { microphone }),
    ...(speaker === undefined ? {} : { speaker }),
  };
  turn.put({ ...call, endpoints: { ...call.endpoints, ...change } });
  turn.ask({ type: "UseEndpoints", call: call.id, ...change });
}

/** The phone's own endpoints are others: calls that go by them follow, and later ones begin there. */
export function followSound(
  turn: Turn,
  { microphone, speaker }: Extract<HeadsetInput, { type: "HeadsetSound" }>,
): void {
  const before = turn.settings.endpoints;
  turn.putSettings({ ...turn.settings, endpoints: { ...before, microphone, speaker } });
  for (const call of turn.calls.values()) {
    if (isIn(call, "ending")) continue;
    const change = {
      ...(moves(call.endpoints.microphone, before.microphone, microphone) ? { microphone } : {}),
      ...(moves(call.endpoints.speaker, before.speaker, speaker) ? { speaker } : {}),
    };
    if (Object.keys(change).length === 0) continue;
    turn.put({ ...call, endpoints: { ...call.endpoints, ...change } });
    if (call.media.name !== "none") turn.ask({ type: "UseEndpoints", call: call.id, ...change });
  }
}

/** An answered call that had sound before: what differs from that begins. */
export function goOver(turn: Turn, { id: call, endpoints }: Call, early: AudioEndpoints): void {
  const { microphone, speaker, record } = endpoints;
  const change = {
    ...(same(early.microphone, microphone) ? {} : { microphone }),
    ...(same(early.speaker, speaker) ? {} : { speaker }),
  };
  if (Object.keys(change).length > 0) turn.ask({ type: "UseEndpoints", call, ...change });
  if (record !== undefined) turn.ask({ type: "RecordMedia", call, path: record });
}

function moves<T extends Microphone | Speaker>(used: T, before: T, after: T): boolean {
  return same(used, before) && !same(before, after);
}

/** Endpoints are flat JSON whose keys come in one order for each kind. */
function same(one: Microphone | Speaker, other: Microphone | Speaker): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Also before the answer: who joins in time misses nothing of it.
 * @throws OffhookError `invalid-state` for a call whose media is not even opening
 */
export function attachAudio(
  turn: Turn,
  call: Call,
  command: Extract<PhoneCommand, { type: "AttachAudio" }>,
): void {
  if (call.media.name === "none" || isIn(call, "ending")) {
    refuse(call, "join the sound of", "a call that is being made or is on");
  }
  turn.ask(command);
}

/** A recording that failed is over, and that is remembered; everything else is gone on with. */
export function endpointFailed(
  turn: Turn,
  call: Call,
  { endpoint, error }: Extract<MediaInput, { type: "EndpointFailed" }>,
): void {
  const ends = endpoint === "record" && call.recording.name !== "off";
  const now: Call = turn.put({
    ...call,
    ...(ends ? { recording: { name: "off" as const } } : {}),
    ...(isFile(call, endpoint) ? { recordingError: error } : {}),
  });
  turn.tell("call.endpoint", now, { endpoint, working: false, error });
  if (ends) turn.tell("call.recording", now, { ...now.recording });
}

/** What is lost then is a file that somebody wants to have whole. */
function isFile(call: Call, endpoint: EndpointName): boolean {
  return endpoint === "record" ||
    (endpoint === "speaker" && call.endpoints.speaker.kind === "file");
}
