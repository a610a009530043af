/**
 * What an action of the screen is, and what it may use. The table is in `actions.ts`.
 *
 *     key ─► keymap ─► ActionName ─► ACTIONS[name] ─► disabled? why │ run(desk, state)
 */
import type { MethodName, Methods, Phone } from "../../control/contract/mod.ts";
import type {
  ActionName,
  AppState,
  Group,
  LayerKeys,
  Overlay,
  RecordLoader,
  ScreenStore,
  Undo,
} from "../model/mod.ts";
import type { Filling, StringKey, Words } from "../look/mod.ts";

export interface Action {
  group: Group;
  keys: LayerKeys;
  /** What it does: always the same, or what it would do now and a name for where there is no now. */
  does: StringKey | { name: StringKey; now(state: AppState): StringKey };
  /** Ends, refuses or removes something: never what Enter meets by accident. */
  harms?: true;
  /** Why it is impossible now; absent or undefined: possible. */
  disabled?(state: AppState): StringKey | undefined;
  /** Order among the hints, small first; absent or undefined: not hinted. */
  hint?(state: AppState): number | undefined;
  run(desk: Desk, state: AppState): unknown;
}

/** How the screen is left. */
export type Leaving = "leave" | "end";

export type MessageRole = "text" | "good" | "warn";

/** What actions act on: the screen's state, the phone, and the program around them. */
export interface Desk {
  readonly store: ScreenStore;
  readonly records: RecordLoader;
  readonly words: Words;
  /** Asks the phone; a refusal is said, and gives undefined. */
  ask<M extends MethodName>(
    method: M,
    params: Methods[M]["params"],
  ): Promise<Methods[M]["result"] | undefined>;
  say(key: StringKey, filling?: Filling, role?: MessageRole): void;
  sayError(error: unknown): void;
  /** The key of an action, as people write it. */
  keyOf(name: ActionName): string;
  undoable(step: Undo): void;
  open(overlay: Overlay | undefined): void;
  /** Puts text into the field and looks who fits. */
  setField(text: string): void;
  readonly program: Program;
}

/** The program that the screen is in. */
export interface Program {
  phone(): Phone | undefined;
  /** The screen ends; `end`: and the station with it. */
  leave(how: Leaving): void;
  /** Into the background of the shell until `fg`. */
  suspend(): void;
  /** Draws all of the screen again, whatever stands on it. */
  repaint(): void;
  /** Starts a station in the place of one that died; absent: nobody can. */
  startStation?(): Promise<void>;
}
