/** The JSON of the commands to a running station. */
import { z } from "zod";
import {
  accountView,
  callView,
  event,
  health,
  link,
  refusedCalls,
  speech,
} from "../contract/mod.ts";
import { ROLES } from "../../base/names/mod.ts";

const seq = z.int().nonnegative().describe("The event that the answer had reached.");

export const statusSchema = z.object({
  schema: z.literal("offhook.status/1"),
  station: z.object({ name: z.string(), version: z.string(), pid: z.int() }),
  role: z.enum(ROLES).describe("What this connection may do."),
  seq,
  accounts: z.array(accountView),
  calls: z.array(callView),
  doNotDisturb: z.boolean(),
  volume: z.number().describe("Of what is heard, dB."),
  speech: speech.describe("What our sound passes."),
  refusedCalls,
  health: health.optional().describe("As /healthz has it."),
  links: z.array(link).optional().describe("Network links of the station's machine."),
});

export const callsSchema = z.object({
  schema: z.literal("offhook.calls/1"),
  seq,
  calls: z.array(callView).describe("In the order of their beginning."),
});

export const actionSchema = z.object({
  schema: z.literal("offhook.action/1"),
  action: z.string().describe("The subcommand; dial and answer with --detach."),
  call: z.string().optional().describe("The call that it was about."),
  volume: z.number().optional().describe("Of what is heard now, dB."),
  speech: speech.optional().describe("What our sound passes now."),
  path: z.string().optional().describe("The recording's file."),
  seq,
}).describe("What a command that acts on a live call prints with --json.");

export const eventSchema = event.describe("One line of offhook events.");
