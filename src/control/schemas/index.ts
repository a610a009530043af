/**
 * What every command prints with `--json`, by the name that `offhook schema` knows it by. A change
 * that breaks a reader gets a new number in the output's `schema`.
 */
import { z } from "zod";
import { errorJson, METHODS } from "../contract/mod.ts";
import { callReportSchema } from "./call.ts";
import { configCheckSchema, configShowSchema, credentialsSchema } from "./config.ts";
import { demoReportSchema } from "./demo.ts";
import { devicesReportSchema, devicesTestSchema } from "./devices.ts";
import { errorOutputSchema } from "./error.ts";
import { headsetListSchema, headsetTestSchema } from "./headsets.ts";
import { labSchema } from "./lab.ts";
import { actionSchema, callsSchema, eventSchema, statusSchema } from "./live.ts";
import { contactSchema, contactsImportSchema, historySchema } from "./records.ts";
import { registerReportSchema } from "./register.ts";
import { versionSchema } from "./version.ts";

export const OUTPUT_SCHEMAS = {
  dial: callReportSchema,
  answer: callReportSchema,
  register: registerReportSchema,
  redial: callReportSchema,
  demo: demoReportSchema,
  lab: labSchema,
  status: statusSchema,
  calls: callsSchema,
  events: eventSchema,
  hangup: actionSchema,
  silence: actionSchema,
  hold: actionSchema,
  resume: actionSchema,
  swap: actionSchema,
  mute: actionSchema,
  unmute: actionSchema,
  volume: actionSchema,
  speech: actionSchema,
  dtmf: actionSchema,
  reject: actionSchema,
  transfer: actionSchema,
  record: actionSchema,
  "devices use": actionSchema,
  ping: METHODS.ping.result.partial().extend({
    schema: z.literal("offhook.ping/1"),
    error: errorJson.optional().describe("Instead of the answer: there was none in time."),
  }),
  history: historySchema,
  "contacts list": contactSchema,
  "contacts search": contactSchema,
  "contacts add": contactSchema,
  "contacts edit": contactSchema,
  "contacts remove": contactSchema,
  "contacts import": contactsImportSchema,
  devices: devicesReportSchema,
  "devices test": devicesTestSchema,
  "headset list": headsetListSchema,
  "headset test": headsetTestSchema,
  "config check": configCheckSchema,
  "config show": configShowSchema,
  "credential list": credentialsSchema,
  version: versionSchema,
  error: errorOutputSchema,
} as const satisfies Record<string, z.ZodType>;

export type OutputName = keyof typeof OUTPUT_SCHEMAS;

/** JSON Schema (draft 2020-12) of an output. */
export function outputJsonSchema(name: OutputName): Record<string, unknown> {
  return { title: `offhook ${name} --json`, ...z.toJSONSchema(OUTPUT_SCHEMAS[name]) };
}
