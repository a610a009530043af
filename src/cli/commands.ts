/**
 * Every subcommand: its name and one line about it. This table is all that `offhook version` and
 * `offhook --help` read; of a command nothing is loaded before it is needed.
 */
import type { Command } from "./args/command.ts";
import { lazily } from "./args/lazily.ts";

/** By the headings of `offhook --help`, in their order. */
const TABLE = {
  "One call": {
    dial: "One call, from start to exit status",
    answer: "Wait for a call and answer it",
    register: "Register, say how it went, un-register",
    redial: "Call whom we called last",
    history: "Calls that were, newest first",
    contacts: "list, search, add, edit, remove, import, export: the address book",
  },
  "A running station": {
    station: "The headless phone that the commands below drive",
    status: "The running station: accounts and live calls",
    calls: "The live calls of the running station",
    events: "What the running station tells, one JSON object a line",
    hangup: "End a live call",
    hold: "Put the other side on hold",
    resume: "Take the other side back from hold",
    swap: "Hold the active call and resume the held one",
    mute: "Send silence instead of the microphone",
    unmute: "Send the microphone again",
    volume: "How loud calls are heard",
    dtmf: "Send digits into a live call",
    reject: "Refuse a ringing call",
    transfer: "Hand the other side on to another number",
    follow: "Go where the other side wants to transfer us, or stay",
    record: "Record a live call: start, stop, pause, resume",
    audio: "A live call's sound on standard input and output",
  },
  "First steps": {
    tui: "The phone on a full screen; `offhook` alone does the same",
    demo: "Practice PBX and a first call to its echo",
    tour: "Learn the phone's screen in three minutes, on the practice PBX",
    devices: "List microphones and loudspeakers, or change those of a live call",
    headset: "list, test, learn: buttons and lamps of headsets",
    lab: "Run the practice PBX alone, for others to call",
    config: "init, check, show, schema: the configuration",
    credential: "set, list, remove: stored passwords",
  },
  "About offhook": {
    completion: "Completion script for bash, zsh or fish",
    schema: "JSON Schema of a command's --json output, or of the control API",
    version: "Version of offhook, and of what it runs on with --json",
  },
} satisfies Record<string, Readonly<Record<string, string>>>;

export type CommandGroup = keyof typeof TABLE;

export interface CommandEntry {
  name: string;
  group: CommandGroup;
  brief: string;
}

export const COMMAND_GROUPS = Object.keys(TABLE) as CommandGroup[];

export const COMMANDS: readonly CommandEntry[] = COMMAND_GROUPS.flatMap((group) =>
  Object.entries(TABLE[group]).map(([name, brief]) => ({ name, group, brief }))
);

/** Loads what the command takes and does: `commands/NAME/command.ts`. */
export async function loadCommand({ name }: CommandEntry): Promise<Command> {
  const path = `./commands/${name}/command.ts`;
  return (await lazily<{ command: Command }>(import.meta.url, path)).command;
}
