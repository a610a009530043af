/**
 * Every subcommand: its name and one line about it. This table is all that `offhook version` and
 * `offhook --help` read; of a command nothing is loaded before it is needed.
 */
import type { Command } from "./args/mod.ts";
import { lazily } from "../base/mod.ts";

/** By the headings of `offhook --help`, in their order. */
const TABLE = {
  "One call": {
    dial: "Make one call; the exit status says how it went",
    answer: "Wait for a call and answer it",
    register: "Register, report the result, unregister",
    ping: "Ask a server or a number whether it is there, and how fast",
    redial: "Call the last number again",
    history: "Past calls, newest first",
    contacts: "Address book: list, search, add, edit, remove, import, export",
  },
  "A running station": {
    station: "Run the headless phone that the commands below control",
    status: "Show accounts and live calls of the running station",
    calls: "List the live calls of the running station",
    events: "Print events of the running station, one JSON object per line",
    hangup: "End a live call",
    silence: "Stop the ringing of a call, and let the caller wait",
    hold: "Put a call on hold",
    resume: "Resume a call that is on hold",
    swap: "Hold the active call and resume the held one",
    mute: "Mute the microphone",
    unmute: "Unmute the microphone",
    volume: "Show or set the volume of calls",
    speech: "Switch filters of what you send: high-pass, noise, gain, echo",
    dtmf: "Send DTMF digits in a live call",
    reject: "Reject a ringing call",
    transfer: "Transfer a call to another number",
    follow: "Accept or refuse a transfer that the other side asks for",
    record: "Record a live call: start, stop, pause, resume",
    audio: "Connect standard input and output to a live call's sound",
  },
  "First steps": {
    tui: "Open the full-screen phone; `offhook` alone does the same",
    demo: "Start the practice PBX and call its echo",
    tour: "Learn the full-screen phone in three minutes, on the practice PBX",
    devices: "List or test microphones and speakers; switch those of a call",
    headset: "Headset buttons and lamps: list, test, learn, on, off",
    lab: "Run only the practice PBX, for other phones to call",
    config: "The configuration: init, check, show, schema, qos",
    credential: "Stored passwords: set, list, remove",
  },
  "About offhook": {
    completion: "Print the completion script for bash, zsh or fish",
    schema: "Print JSON Schemas: of --json outputs, or of the control API",
    version: "Print the version; --json adds those of Deno and the platform",
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
  const loaded = await lazily<{ command: Command }>(
    import.meta.url,
    `./commands/${name}/command.ts`,
  );
  return loaded.command;
}
