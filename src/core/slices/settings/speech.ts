/** What our sound passes: in the calls that are on, and those to come. */
import type { ErrorJson } from "../../../base/mod.ts";
import { PLAIN_SPEECH, sameSpeech, type SpeechPart, type SpeechSettings } from "../../media/mod.ts";
import type { Call, Settings, Turn } from "../../state/mod.ts";

/** Told also when nothing changed: who pressed a key wants to know. */
export function changeSpeech(turn: Turn, wish: Partial<SpeechSettings>): void {
  const speech = { ...turn.speech, ...wish };
  if (!sameSpeech(speech, turn.speech)) turn.putSpeech(speech);
  turn.events.push({ type: "speech", speech });
}

/** A configuration that says something else than before counts; else what a person switched stays. */
export function configureSpeech(turn: Turn, before: Settings, after: Settings): void {
  const speech = after.speech ?? PLAIN_SPEECH;
  if (!sameSpeech(before.speech ?? PLAIN_SPEECH, speech)) changeSpeech(turn, speech);
}

/** Said once: it is off from now on, until somebody switches it on again. */
export function speechFailed(
  turn: Turn,
  call: Call,
  { part, error }: { part: SpeechPart; error: ErrorJson },
): void {
  if (turn.speech[part] === PLAIN_SPEECH[part]) return;
  changeSpeech(turn, { [part]: PLAIN_SPEECH[part] });
  turn.notice([error.message, error.hint].filter(Boolean).join(". "), call.id);
}
