/** The `[station]` table of the configuration: how the headless phone behaves and is reached. */
import { parseHostPort } from "../../base/network/mod.ts";
import { ROLES } from "../../base/names/mod.ts";
import { z } from "zod";

const line = () =>
  z.string().min(1).regex(/^[^\p{Cc}]*$/u, {
    error: "allowed is one line without control characters",
  });

const file = (example: string) => line().meta({ examples: [`~/.config/offhook/${example}`] });

const TOKEN_KEYS = ROLES.map((role) => `${role}_token_file` as const);

const tokenFiles = {
  viewer_token_file: file("viewer.token").optional().describe(
    "File with the token of the viewer role: may only look. Only its owner may read a token file.",
  ),
  operator_token_file: file("operator.token").optional().describe(
    "File with the token of the operator role: may also control calls.",
  ),
  supervisor_token_file: file("supervisor.token").optional().describe(
    "File with the token of the supervisor role: may also listen to calls.",
  ),
  admin_token_file: file("admin.token").optional().describe(
    "File with the token of the admin role: may do everything.",
  ),
} satisfies Record<(typeof TOKEN_KEYS)[number], z.ZodType>;

const controlSchema = z.strictObject({
  listen: z.string().refine((text) => parseHostPort(text, true)?.port !== undefined, {
    error: "allowed is HOST:PORT",
  }).describe("HOST:PORT; without TLS only a loopback address is allowed.").meta({
    examples: ["127.0.0.1:7060"],
  }),
  ...tokenFiles,
  tls_cert_file: file("control.pem").optional().describe("PEM file of the certificate."),
  tls_key_file: file("control.key").optional().describe("PEM file of the certificate's key."),
}).refine((place) => (place.tls_cert_file === undefined) === (place.tls_key_file === undefined), {
  error: "tls_cert_file and tls_key_file belong together: give both or neither",
}).refine((place) => TOKEN_KEYS.some((key) => place[key] !== undefined), {
  error: `at least one of ${TOKEN_KEYS.join(", ")} is needed`,
});

export const stationSchema = z.strictObject({
  health_port: z.int().min(0).max(65535).optional().describe(
    "Serve /healthz and /readyz on this port of 127.0.0.1; 0 picks a free one. Default: off.",
  ).meta({ examples: [8123] }),
  max_calls: z.int().min(1).max(1000).default(8).describe(
    "Maximum number of calls at one time; further callers get busy. One caller can ring on at most half of them.",
  ),
  ring_seconds: z.int().min(1).max(3600).default(60).describe(
    "How long an incoming call rings before it is missed.",
  ),
  do_not_disturb: z.boolean().default(false).describe("Every caller gets busy."),
  auto_answer: z.array(line()).default([]).describe(
    "Callers whose calls are answered automatically while there is no other call: user, user@host " +
      "or URI; * is a wildcard.",
  ),
  auto_answer_seconds: z.int().min(0).max(600).default(0).describe(
    "How long such a call rings first, unless the caller asks for another time.",
  ),
  folders: z.array(line()).optional().describe(
    "Folders where commands may play and record files through the station. Default: ~/Music, " +
      "~/Recordings, ~/Documents, ~/Downloads and ~/Desktop, or none when the station is started " +
      "with --config. A change needs a restart of the station.",
  ).meta({ examples: [["~/Music/prompts"]] }),
  history: z.boolean().default(true).describe(
    "Keep a call history. A change needs a restart of the station.",
  ),
  history_days: z.int().min(1).max(36500).optional().describe(
    "Days after which a call is removed from the history. Default: never.",
  ).meta({ examples: [365] }),
  history_calls: z.int().min(1).optional().describe(
    "Maximum number of calls in the history. Default: no limit.",
  ).meta({ examples: [10000] }),
  registration_grace_seconds: z.int().min(30).max(86400).default(300).describe(
    "How long a registration may be lost before the station is unhealthy; never during a call, " +
      "and not for a refused password.",
  ),
  control: z.array(controlSchema).default([]).describe(
    "Addresses where the control API is served in addition to the Unix socket, to clients with a token.",
  ),
}).prefault({}).describe("The headless phone (`offhook station`).");

export type ControlConfig = z.output<typeof controlSchema>;
