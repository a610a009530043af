/** The `[station]` table of the configuration: how the headless phone behaves and is reached. */
import { z } from "zod";
import { parseHostPort } from "../base/address.ts";

const line = () =>
  z.string().min(1).regex(/^[^\p{Cc}]*$/u, {
    error: "allowed is one line without control characters",
  });

const file = (example: string) => line().meta({ examples: [`~/.config/offhook/${example}`] });

const TOKEN_KEYS = [
  "viewer_token_file",
  "operator_token_file",
  "supervisor_token_file",
  "admin_token_file",
] as const;

const controlSchema = z.strictObject({
  listen: z.string().refine((text) => parseHostPort(text, true)?.port !== undefined, {
    error: "allowed is HOST:PORT",
  }).describe("HOST:PORT; without TLS only on loopback.").meta({ examples: ["127.0.0.1:7060"] }),
  viewer_token_file: file("viewer.token").optional().describe(
    "File with the token of who may look; every token file is its owner's alone.",
  ),
  operator_token_file: file("operator.token").optional().describe(
    "File with the token of who may also act on calls.",
  ),
  supervisor_token_file: file("supervisor.token").optional().describe(
    "File with the token of who may also listen in.",
  ),
  admin_token_file: file("admin.token").optional().describe(
    "File with the token of who may everything.",
  ),
  tls_cert_file: file("control.pem").optional().describe("PEM file of the certificate."),
  tls_key_file: file("control.key").optional().describe("PEM file of its key."),
}).refine((place) => (place.tls_cert_file === undefined) === (place.tls_key_file === undefined), {
  error: "tls_cert_file and tls_key_file belong together: give both or neither",
}).refine((place) => TOKEN_KEYS.some((key) => place[key] !== undefined), {
  error: `at least one of ${TOKEN_KEYS.join(", ")} is needed`,
});

export const stationSchema = z.strictObject({
  health_port: z.int().min(0).max(65535).optional().describe(
    "Serve /healthz and /readyz on this port of 127.0.0.1; 0 takes a free one; absent: nowhere.",
  ).meta({ examples: [8123] }),
  max_calls: z.int().min(1).max(1000).default(8).describe(
    "Calls at one time; further ones are busy, and half of them are all that one caller can ring on.",
  ),
  ring_seconds: z.int().min(1).max(3600).default(60).describe(
    "So long an incoming call rings before it is missed.",
  ),
  do_not_disturb: z.boolean().default(false).describe("Whether every caller is told busy."),
  auto_answer: z.array(line()).default([]).describe(
    "Callers whose calls are answered by themselves while no other call is on: user, user@host or " +
      "URI, * stands for anything.",
  ),
  auto_answer_seconds: z.int().min(0).max(600).default(0).describe(
    "So long they ring first, unless they ask for another time.",
  ),
  folders: z.array(line()).optional().describe(
    "Folders in which commands may play and record files by way of the station; absent: ~/Music, " +
      "~/Recordings, ~/Documents, ~/Downloads and ~/Desktop, or none when the station is started " +
      "with --config. Not taken while the station runs.",
  ).meta({ examples: [["~/Music/prompts"]] }),
  history: z.boolean().default(true).describe("Whether calls are remembered."),
  history_days: z.int().min(1).max(36500).optional().describe(
    "Days after which a call is forgotten; absent: never.",
  ).meta({ examples: [365] }),
  history_calls: z.int().min(1).optional().describe(
    "So many calls are remembered at most; absent: all.",
  ).meta({ examples: [10000] }),
  registration_grace_seconds: z.int().min(30).max(86400).default(300).describe(
    "So long a registration may be lost before the station counts as unhealthy; never during a " +
      "call, and not for a password that was refused.",
  ),
  control: z.array(controlSchema).default([]).describe(
    "Places beside the Unix socket where the control API is served, to clients with a token.",
  ),
}).prefault({}).describe("The headless phone (`offhook station`).");

export type ControlConfig = z.output<typeof controlSchema>;
