/**
 * Every subcommand: its name, one line about it, and how to load it. Nothing is loaded before it is
 * needed: this table is all that `offhook version` and `offhook --help` read. Not on the real-time
 * path.
 */
import type { Command } from "./command.ts";

export interface CommandEntry {
  name: string;
  brief: string;
  load(): Promise<Command>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "demo",
    brief: "Practice PBX and a first call to its echo",
    load: async () => (await import("./demo.ts")).demo,
  },
  {
    name: "dial",
    brief: "One call, from start to exit status",
    load: async () => (await import("./dial.ts")).dial,
  },
  {
    name: "answer",
    brief: "Wait for a call and answer it",
    load: async () => (await import("./answer.ts")).answer,
  },
  {
    name: "register",
    brief: "Register, say how it went, un-register",
    load: async () => (await import("./register.ts")).register,
  },
  {
    name: "station",
    brief: "The headless phone that the commands below drive",
    load: async () => (await import("./station.ts")).station,
  },
  {
    name: "status",
    brief: "The running station: accounts and live calls",
    load: async () => (await import("./status.ts")).status,
  },
  {
    name: "calls",
    brief: "The live calls of the running station",
    load: async () => (await import("./status.ts")).calls,
  },
  {
    name: "events",
    brief: "What the running station tells, one JSON object a line",
    load: async () => (await import("./events.ts")).events,
  },
  {
    name: "hangup",
    brief: "End a live call",
    load: async () => (await import("./call_actions.ts")).hangup,
  },
  {
    name: "hold",
    brief: "Put the other side on hold",
    load: async () => (await import("./call_actions.ts")).hold,
  },
  {
    name: "resume",
    brief: "Take the other side back from hold",
    load: async () => (await import("./call_actions.ts")).resume,
  },
  {
    name: "swap",
    brief: "Hold the active call and resume the held one",
    load: async () => (await import("./call_actions.ts")).swap,
  },
  {
    name: "mute",
    brief: "Send silence instead of the microphone",
    load: async () => (await import("./call_actions.ts")).mute,
  },
  {
    name: "unmute",
    brief: "Send the microphone again",
    load: async () => (await import("./call_actions.ts")).unmute,
  },
  {
    name: "dtmf",
    brief: "Send digits into a live call",
    load: async () => (await import("./call_actions.ts")).dtmf,
  },
  {
    name: "reject",
    brief: "Refuse a ringing call",
    load: async () => (await import("./call_actions.ts")).reject,
  },
  {
    name: "transfer",
    brief: "Hand the other side on to another number",
    load: async () => (await import("./call_actions.ts")).transfer,
  },
  {
    name: "devices",
    brief: "List microphones and loudspeakers",
    load: async () => (await import("./devices.ts")).devices,
  },
  {
    name: "lab",
    brief: "Run the practice PBX alone, for others to call",
    load: async () => (await import("./lab.ts")).lab,
  },
  {
    name: "config",
    brief: "init, check, show, schema: the configuration",
    load: async () => (await import("./config.ts")).config,
  },
  {
    name: "credential",
    brief: "set, list, remove: stored passwords",
    load: async () => (await import("./credential.ts")).credential,
  },
  {
    name: "completion",
    brief: "Completion script for bash, zsh or fish",
    load: async () => (await import("./completion.ts")).completion,
  },
  {
    name: "schema",
    brief: "JSON Schema of a command's --json output",
    load: async () => (await import("./schema.ts")).schema,
  },
  {
    name: "version",
    brief: "Version of offhook, and of what it runs on with --json",
    load: async () => (await import("./version.ts")).version,
  },
];
