/**
 * Headsets as the faces see them: what each can do, why not, and what the station does with it.
 * Plain JSON. Not on the real-time path.
 */

/** How an input speaks: levels, or single presses; null: there is none. */
export type HeadsetInputMode = "absolute" | "relative" | null;

export interface HeadsetInfo {
  /** As the device names itself. */
  name: string;
  /** Four hex digits. */
  vendorId: string;
  productId: string;
  /** Names it while it is plugged in: `/dev/hidraw3`. */
  path: string;
  serial?: string;
  /** It has a hook switch or a mute button, and we may open it. */
  usable: boolean;
  /** One sentence: what works, or why nothing does. */
  why: string;
  /** What to type when it may not be opened. */
  hint?: string;
  inputs: Record<"hookSwitch" | "phoneMute" | "reject" | "flash", HeadsetInputMode>;
  furtherInputs: Record<"hold" | "redial", HeadsetInputMode>;
  /** Digits that its keys dial. */
  digits: string;
  outputs: Record<"offHook" | "ring" | "mute" | "hold", boolean>;
  /** Why it is treated in another way than the standard has it, a sentence each. */
  quirks: string[];
  /** Linux: ALSA cards of the same USB device. */
  soundCards: number[];
  use: HeadsetUse;
}

/**
 * `free`: nobody of ours has it; `station`: a running station has it, `front`: and calls are on it;
 * `released`: the station let it go while no call is on, `off`: until it is switched on again.
 */
export type HeadsetUse = "free" | "station" | "front" | "released" | "off";

export interface HeadsetList {
  headsets: HeadsetInfo[];
  /** Whether the station uses headset buttons at all now. */
  on: boolean;
}
