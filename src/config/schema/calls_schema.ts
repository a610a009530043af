/** The `[calls]` table of the configuration: who may call, and what peers may make us do. */
import { TRANSFER_POLICIES } from "../../core/state/mod.ts";
import { CALLERS } from "../../core/account/mod.ts";
import { z } from "zod";
import { isNetwork } from "../../base/network/mod.ts";

export const callsSchema = z.strictObject({
  from: z.union([
    z.enum(CALLERS),
    z.array(
      z.string().refine(isNetwork, {
        error: "allowed are IP addresses and networks like 192.0.2.0/24",
      }),
    ).min(1),
  ], {
    error: 'allowed are "server", "anyone", or a list of IP addresses and networks',
  }).optional().describe(
    'Who may call: "server" (only the account\'s server), "anyone", or the server and a list of IP ' +
      "addresses and networks. Other callers get 403 without ringing. Default: server for an account " +
      "that registers, otherwise anyone.",
  ).meta({ examples: [["192.0.2.7", "10.0.0.0/8"]] }),
  transfers: z.enum(TRANSFER_POLICIES).default("follow").describe(
    "Whether to follow a transfer that the other side asks for: follow, never, or ask (`offhook " +
      "follow` must answer within 20 s). Only for callers that come from the server or an address of `from`.",
  ),
  transfers_auto_answered: z.enum(TRANSFER_POLICIES).default("never").describe(
    "The same for calls that were answered automatically.",
  ),
  silence_seconds: z.int().min(0).max(86400).default(30).describe(
    "After this time without sound or reports from the other side, offhook checks whether it is " +
      "still there, and ends the call if not. Ten times as long on hold. 0 never checks.",
  ),
  silence_limit_seconds: z.int().min(0).max(86400).default(0).describe(
    "Ends a call after this time without sound (RTP) from the other side, even if it is still there. " +
      "Phones that suppress silence may send none for long. 0 never ends one.",
  ),
  held_silence_limit_seconds: z.int().min(0).max(86400).default(0).describe(
    "The same for a call on hold, without sound and reports (RTCP): 1800 for example. 0 never ends one.",
  ),
}).prefault({}).describe("Who may call, and what the other side may do in a call.");
