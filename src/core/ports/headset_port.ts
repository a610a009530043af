/**
 * The port between the core and headsets.
 *
 *     core ── HeadsetEffect ──► src/station ──► headset models (src/hid) ──► lamps
 *     core ◄── HeadsetInput ─── src/station ◄── headset models ◄──────────── reports
 *
 * Plain JSON both ways. A headset never knows calls: it gets the state that its lamps shall show and
 * gives what the person wants. What a headset sends to confirm a lamp never becomes an intent.
 * Further sources of the same intents: handsets and buttons of kiosks; further sinks: busylights.
 */
import type { VolumeStep } from "../media/mod.ts";
import type { AccountId } from "../account/mod.ts";
import type { ErrorJson } from "../../base/mod.ts";
import type { Names } from "../../base/names/mod.ts";
import type { Microphone, Speaker } from "./media_port.ts";

/** Names one attached headset: stable while it is plugged in. */
export type HeadsetId = string;

/** What all calls together look like to a headset. */
export interface HeadsetState {
  /** A call is dialled, up or held: a held call keeps its line (dropping it ends it on some makes). */
  offHook: boolean;
  /** A call is coming in; with `offHook` it is a second one. */
  ring: boolean;
  /** The headset shall sound its own ringer; never without `ring`. */
  ringer: boolean;
  /** The microphone is muted in the active call. */
  mute: boolean;
  /** The call is held by us and none is active. */
  hold: boolean;
}

export const IDLE_HEADSET: Readonly<HeadsetState> = Object.freeze({
  offHook: false,
  ring: false,
  ringer: false,
  mute: false,
  hold: false,
});

/** What a person asked for on a headset. Hook states are telephony's: off-hook is lifted. */
export type HeadsetIntent =
  /** Lifted: answer the ringing call, else dial where a hotline or redial is configured. */
  | { type: "hookOff" }
  /** Put down: hang up the active call. */
  | { type: "hookOn" }
  | { type: "toggleMute" }
  /** `refused`: the phone unmuted and the headset did not (its boom arm is up). */
  | { type: "setMute"; muted: boolean; refused: boolean }
  /** Decline the ringing call. */
  | { type: "reject" }
  /** Hold or resume. */
  | { type: "hold" }
  /** Hold or resume; with two calls, swap; with a second call ringing, answer it. */
  | { type: "flash" }
  | { type: "digit"; digit: string }
  | { type: "redial" }
  | { type: "volume"; direction: VolumeStep };

/** How an input of a headset speaks: levels, or single presses. */
export const INPUT_MODES = ["absolute", "relative"] as const satisfies Names<2>;
export type InputMode = (typeof INPUT_MODES)[number];

export type HeadsetEffect = {
  /** Shows the state on every attached headset. Sent whenever it changes. */
  type: "SetHeadset";
  state: HeadsetState;
};

/** What a person should know about a headset. */
export const HEADSET_NOTICES = [
  /** The phone unmuted and the headset did not: its boom arm is up. */
  "unmute-refused",
  /** Another softphone seems to use it too: each ends the other's calls. */
  "contested",
  /** It was let go because it was contested. */
  "let-go",
  /** Another program wrote its lamps; they are right again. */
  "outside-write",
  /** This user may not open it. */
  "permission-denied",
  /** It does not open for another reason, or does not take its lamps. */
  "failed",
] as const satisfies Names<6>;
export type HeadsetNotice = (typeof HEADSET_NOTICES)[number];

export type HeadsetInput =
  | { type: "HeadsetIntent"; headset: HeadsetId; intent: HeadsetIntent }
  | { type: "HeadsetAttached"; headset: HeadsetId; name: string }
  /** Unplugged, or failed when `error` says why; calls go on. */
  | { type: "HeadsetDetached"; headset: HeadsetId; error?: ErrorJson }
  | {
    type: "HeadsetNotice";
    headset: HeadsetId;
    notice: HeadsetNotice;
    /** A sentence. */
    text: string;
    /** What to do, or to type. */
    hint?: string;
  }
  /** What was dialled before this phone was opened: redial means it until something is dialled. */
  | { type: "LastDialled"; account: AccountId; target: string }
  /** Calls that go by the phone's own endpoints are heard there from now on. */
  | { type: "HeadsetSound"; microphone: Microphone; speaker: Speaker };
