/** The `[calls]` table of the configuration: who may call, and what peers may make us do. */
import { z } from "zod";
import { isNetwork } from "../base/network_address.ts";

const TRANSFERS = ["ask", "follow", "never"] as const;

export const callsSchema = z.strictObject({
  from: z.union([
    z.enum(["server", "anyone"]),
    z.array(
      z.string().refine(isNetwork, {
        error: "allowed are IP addresses and networks like 192.0.2.0/24",
      }),
    ).min(1),
  ], {
    error: 'allowed are "server", "anyone", or a list of IP addresses and networks',
  }).optional().describe(
    'Who may call: "server" (only the account\'s server), "anyone", or the server and a list of IP ' +
      "addresses and networks. Others get 403 without ringing. Absent: server for an account that " +
      "registers, anyone else.",
  ).meta({ examples: [["192.0.2.7", "10.0.0.0/8"]] }),
  transfers: z.enum(TRANSFERS).default("follow").describe(
    "Whether a call goes where its other side transfers it: follow, never, or ask (answered by " +
      "`offhook follow` within 20 s, else no). Only callers that the server or an address of `from` vouches for are heeded.",
  ),
  transfers_auto_answered: z.enum(TRANSFERS).default("never").describe(
    "The same for calls that were answered by themselves.",
  ),
  silence_seconds: z.int().min(0).max(86400).default(30).describe(
    "After so long without sound or reports from the other side it is asked whether it is still " +
      "there; a call whose other side is gone ends. Ten times as long on hold. 0 never asks.",
  ),
}).prefault({}).describe("Who may call, and what the other side of a call may do.");

export type CallsConfig = z.output<typeof callsSchema>;
