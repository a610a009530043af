/** What becomes of a call when its media is open, or cannot be had. */
import { OffhookError, sentences } from "../../../base/mod.ts";
import type { MediaInput } from "../../ports/mod.ts";
import { type Call, isIn, type Turn } from "../../state/mod.ts";
import { end, mediaGone, outcomeOf } from "./ending.ts";
import { accept, earlyMedia, reject } from "./incoming.ts";
import { mediaLost } from "./offers.ts";
import { invite } from "./outgoing.ts";

export function mediaOpened(
  turn: Turn,
  call: Call,
  { port, rtcpPort, keys, fingerprint, ice, failures = [] }: Extract<
    MediaInput,
    { type: "MediaOpened" }
  >,
): void {
  if (call.media.name !== "opening" || isIn(call, "ending")) return;
  for (const { message, hint } of failures) turn.notice(sentences(message, hint), call.id);
  const media = {
    name: "open",
    port,
    rtcpPort,
    ...(keys && { keys }),
    ...(fingerprint && { fingerprint }),
    ...(ice && { ice }),
  } as const;
  const open = turn.put({ ...call, media });
  if (isIn(open, "preparing")) invite(turn, open);
  else if (isIn(open, "answering")) accept(turn, open);
  else if (isIn(open, "ringing")) earlyMedia(turn, open);
}

/** DTLS has brought keys. */
export function mediaSecured(
  turn: Turn,
  call: Call,
  { suite, fingerprint }: Extract<MediaInput, { type: "MediaSecured" }>,
): void {
  const { media } = call;
  if (media.name !== "running") return;
  const secured = turn.put({ ...call, media: { ...media, secured: { suite, fingerprint } } });
  if (isIn(secured, "established")) turn.tell("call.security", secured);
}

/** The call goes on: who talks decides whether to wait. */
export function iceFailed(
  turn: Turn,
  call: Call,
  { error: { message, hint } }: Extract<MediaInput, { type: "IceFailed" }>,
): void {
  turn.notice(sentences(message, hint), call.id);
}

/** Before the call or in the middle of it. */
export function mediaFailed(
  turn: Turn,
  failed: Call,
  input: Extract<MediaInput, { type: "MediaFailed" }>,
): void {
  const error = OffhookError.fromJSON(input.error);
  if (isIn(failed, "ending")) return mediaGone(turn, failed);
  const call = turn.put({ ...failed, media: { name: "none" } });
  if (isIn(call, "answering") || isIn(call, "ringing")) {
    // What is wrong with our devices is not the caller's to know.
    return reject(turn, call, 480, {}, error);
  }
  if (isIn(call, "established")) return mediaLost(turn, call, error);
  if (isIn(call, "calling")) turn.ask({ type: "SendCancel", call: call.id });
  end(turn, call, {
    outcome: outcomeOf(error),
    sipStatus: 0,
    reason: error.message,
    endedBy: "local",
    error: error.toJSON(),
  }, isIn(call, "calling"));
}
