/** One call on the screen and under the keys, from now to its end. */
import type { ExitCode } from "../../base/mod.ts";
import type { CallId } from "../../core/ports/mod.ts";
import { displayKind, openDisplay } from "./call_display.ts";
import { CallFollower } from "./call_follower.ts";
import { openCallKeys } from "./call_keys.ts";
import { finishCall, type OutputWishes } from "./call_output.ts";
import type { PhoneSession } from "../phone/mod.ts";
import type { Io } from "../process/mod.ts";

export interface FollowWishes extends Omit<OutputWishes, "soundOnStdout"> {
  dtmf?: string | undefined;
  duration?: number | undefined;
}

export interface FollowTask {
  io: Io;
  session: PhoneSession;
  call: CallId;
  /** How the call's events are had; absent: all of the session's. */
  listen?: PhoneSession["listen"];
  /** False: the call was refused, and has no sound. */
  sounds?: boolean;
}

/** Follows the call, says how it went and gives its exit status. */
export async function followCall(
  wishes: FollowWishes,
  { io, session, call, listen = (listener) => session.listen(listener), sounds = true }: FollowTask,
): Promise<ExitCode> {
  const { pipes, onStdout: soundOnStdout } = session.sound;
  // With the report on standard error, words there would spoil it.
  const quiet = wishes.quiet || (wishes.json && soundOnStdout);
  const kind = displayKind(io, { json: wishes.json, quiet });
  const display = openDisplay(io, kind);
  const follower = new CallFollower(session.phone, call, {
    io,
    display,
    options: {
      digits: wishes.dtmf,
      hasDuration: wishes.duration !== undefined,
      requireAudio: wishes.requireAudio,
      tellsAll: session.own !== undefined,
    },
  });
  const keyboard = kind === "live" && io.stdinIsTty ? openCallKeys(io, follower) : undefined;
  try {
    listen((event) => follower.handle(event));
    const piped = sounds ? pipes?.follow(session.phone, follower) : undefined;
    session.interruption.then(() => {
      display.note("hanging up");
      return follower.hangup();
    });
    const followed = await Promise.race([follower.ended, session.lost]);
    await piped;
    display.close();
    return await finishCall(followed, { ...wishes, soundOnStdout }, {
      io,
      interrupted: session.interrupted,
    });
  } finally {
    keyboard?.close();
    display.close();
  }
}
