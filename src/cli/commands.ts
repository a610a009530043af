/**
 * Every subcommand: its name, one line about it, and how to load it. Nothing is loaded before it is
 * needed: this table is all that `offhook version` and `offhook --help` read. Not on the real-time
 * path.
 */
import type { Command } from "./args/command.ts";
import { lazily } from "./args/lazily.ts";

/** The headings of `offhook --help`, in their order. */
export const COMMAND_GROUPS = [
  "One call",
  "A running station",
  "First steps",
  "About offhook",
] as const;

export type CommandGroup = (typeof COMMAND_GROUPS)[number];

export interface CommandEntry {
  name: string;
  group: CommandGroup;
  brief: string;
  load(): Promise<Command>;
}

const load = <Module>(path: string) => lazily<Module>(import.meta.url, path);

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "tui",
    group: "First steps",
    brief: "The phone on a full screen; `offhook` alone does the same",
    load: async () =>
      (await load<typeof import("./commands/tui/tui.ts")>("./commands/tui/tui.ts")).tui,
  },
  {
    name: "demo",
    group: "First steps",
    brief: "Practice PBX and a first call to its echo",
    load: async () =>
      (await load<typeof import("./commands/tui/demo.ts")>("./commands/tui/demo.ts")).demo,
  },
  {
    name: "tour",
    group: "First steps",
    brief: "Learn the phone's screen in three minutes, on the practice PBX",
    load: async () =>
      (await load<typeof import("./commands/tui/tour.ts")>("./commands/tui/tour.ts")).tour,
  },
  {
    name: "dial",
    group: "One call",
    brief: "One call, from start to exit status",
    load: async () =>
      (await load<typeof import("./commands/dial/dial.ts")>("./commands/dial/dial.ts")).dial,
  },
  {
    name: "answer",
    group: "One call",
    brief: "Wait for a call and answer it",
    load: async () =>
      (await load<typeof import("./commands/answer/answer.ts")>("./commands/answer/answer.ts"))
        .answer,
  },
  {
    name: "register",
    group: "One call",
    brief: "Register, say how it went, un-register",
    load: async () =>
      (await load<typeof import("./commands/register/register.ts")>(
        "./commands/register/register.ts",
      )).register,
  },
  {
    name: "redial",
    group: "One call",
    brief: "Call whom we called last",
    load: async () =>
      (await load<typeof import("./commands/dial/redial.ts")>("./commands/dial/redial.ts")).redial,
  },
  {
    name: "history",
    group: "One call",
    brief: "Calls that were, newest first",
    load: async () =>
      (await load<typeof import("./commands/records/history.ts")>("./commands/records/history.ts"))
        .history,
  },
  {
    name: "contacts",
    group: "One call",
    brief: "list, search, add, edit, remove, import, export: the address book",
    load: async () =>
      (await load<typeof import("./commands/records/contacts.ts")>(
        "./commands/records/contacts.ts",
      )).contacts,
  },
  {
    name: "station",
    group: "A running station",
    brief: "The headless phone that the commands below drive",
    load: async () =>
      (await load<typeof import("./commands/station/station.ts")>("./commands/station/station.ts"))
        .station,
  },
  {
    name: "status",
    group: "A running station",
    brief: "The running station: accounts and live calls",
    load: async () =>
      (await load<typeof import("./commands/live/status.ts")>("./commands/live/status.ts")).status,
  },
  {
    name: "calls",
    group: "A running station",
    brief: "The live calls of the running station",
    load: async () =>
      (await load<typeof import("./commands/live/status.ts")>("./commands/live/status.ts")).calls,
  },
  {
    name: "events",
    group: "A running station",
    brief: "What the running station tells, one JSON object a line",
    load: async () =>
      (await load<typeof import("./commands/live/events.ts")>("./commands/live/events.ts")).events,
  },
  {
    name: "hangup",
    group: "A running station",
    brief: "End a live call",
    load: async () =>
      (await load<typeof import("./commands/live/call_actions.ts")>(
        "./commands/live/call_actions.ts",
      )).hangup,
  },
  {
    name: "hold",
    group: "A running station",
    brief: "Put the other side on hold",
    load: async () =>
      (await load<typeof import("./commands/live/call_actions.ts")>(
        "./commands/live/call_actions.ts",
      )).hold,
  },
  {
    name: "resume",
    group: "A running station",
    brief: "Take the other side back from hold",
    load: async () =>
      (await load<typeof import("./commands/live/call_actions.ts")>(
        "./commands/live/call_actions.ts",
      )).resume,
  },
  {
    name: "swap",
    group: "A running station",
    brief: "Hold the active call and resume the held one",
    load: async () =>
      (await load<typeof import("./commands/live/call_actions.ts")>(
        "./commands/live/call_actions.ts",
      )).swap,
  },
  {
    name: "mute",
    group: "A running station",
    brief: "Send silence instead of the microphone",
    load: async () =>
      (await load<typeof import("./commands/live/call_actions.ts")>(
        "./commands/live/call_actions.ts",
      )).mute,
  },
  {
    name: "unmute",
    group: "A running station",
    brief: "Send the microphone again",
    load: async () =>
      (await load<typeof import("./commands/live/call_actions.ts")>(
        "./commands/live/call_actions.ts",
      )).unmute,
  },
  {
    name: "volume",
    group: "A running station",
    brief: "How loud calls are heard",
    load: async () =>
      (await load<typeof import("./commands/live/volume.ts")>("./commands/live/volume.ts")).volume,
  },
  {
    name: "dtmf",
    group: "A running station",
    brief: "Send digits into a live call",
    load: async () =>
      (await load<typeof import("./commands/live/call_actions.ts")>(
        "./commands/live/call_actions.ts",
      )).dtmf,
  },
  {
    name: "reject",
    group: "A running station",
    brief: "Refuse a ringing call",
    load: async () =>
      (await load<typeof import("./commands/live/call_actions.ts")>(
        "./commands/live/call_actions.ts",
      )).reject,
  },
  {
    name: "transfer",
    group: "A running station",
    brief: "Hand the other side on to another number",
    load: async () =>
      (await load<typeof import("./commands/live/transfer.ts")>(
        "./commands/live/transfer.ts",
      )).transfer,
  },
  {
    name: "follow",
    group: "A running station",
    brief: "Go where the other side wants to transfer us, or stay",
    load: async () =>
      (await load<typeof import("./commands/live/call_actions.ts")>(
        "./commands/live/call_actions.ts",
      )).follow,
  },
  {
    name: "record",
    group: "A running station",
    brief: "Record a live call: start, stop, pause, resume",
    load: async () =>
      (await load<typeof import("./commands/live/record.ts")>("./commands/live/record.ts")).record,
  },
  {
    name: "audio",
    group: "A running station",
    brief: "A live call's sound on standard input and output",
    load: async () =>
      (await load<typeof import("./commands/audio/audio.ts")>("./commands/audio/audio.ts")).audio,
  },
  {
    name: "devices",
    group: "First steps",
    brief: "List microphones and loudspeakers, or change those of a live call",
    load: async () =>
      (await load<typeof import("./commands/devices/devices.ts")>("./commands/devices/devices.ts"))
        .devices,
  },
  {
    name: "headset",
    group: "First steps",
    brief: "list, test, learn: buttons and lamps of headsets",
    load: async () =>
      (await load<typeof import("./commands/headset/headset.ts")>("./commands/headset/headset.ts"))
        .headset,
  },
  {
    name: "lab",
    group: "First steps",
    brief: "Run the practice PBX alone, for others to call",
    load: async () =>
      (await load<typeof import("./commands/lab/lab.ts")>("./commands/lab/lab.ts")).lab,
  },
  {
    name: "config",
    group: "First steps",
    brief: "init, check, show, schema: the configuration",
    load: async () =>
      (await load<typeof import("./commands/config/config.ts")>("./commands/config/config.ts"))
        .config,
  },
  {
    name: "credential",
    group: "First steps",
    brief: "set, list, remove: stored passwords",
    load: async () =>
      (await load<typeof import("./commands/config/credential.ts")>(
        "./commands/config/credential.ts",
      )).credential,
  },
  {
    name: "completion",
    group: "About offhook",
    brief: "Completion script for bash, zsh or fish",
    load: async () =>
      (await load<typeof import("./commands/about/completion.ts")>(
        "./commands/about/completion.ts",
      )).completion,
  },
  {
    name: "schema",
    group: "About offhook",
    brief: "JSON Schema of a command's --json output",
    load: async () =>
      (await load<typeof import("./commands/about/schema.ts")>("./commands/about/schema.ts"))
        .schema,
  },
  {
    name: "version",
    group: "About offhook",
    brief: "Version of offhook, and of what it runs on with --json",
    load: async () =>
      (await load<typeof import("./commands/about/version.ts")>("./commands/about/version.ts"))
        .version,
  },
];
