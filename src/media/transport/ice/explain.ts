/** What ICE came to, for people: the pair in use, or why there is none. Pure. */
import { OffhookError } from "../../../base/mod.ts";
import type { IceCandidate } from "../../../core/media/mod.ts";
import type { IceReport } from "../../../core/ports/mod.ts";
import type { IceAgent } from "./agent.ts";
import type { CandidateType } from "./candidate.ts";

/** @param candidates ours */
export function reportOf(agent: IceAgent, candidates: readonly IceCandidate[]): IceReport {
  const { pair } = agent;
  const state = agent.state === "waiting" ? "checking" : agent.state;
  if (pair === undefined) return { state };
  const { local, remote, mapped = local } = pair;
  const known = candidates.find(({ address, port }) =>
    address === mapped.address && port === mapped.port
  );
  const { protocol } = local.base.relay ?? {};
  return {
    state,
    local: {
      type: (known?.type ?? "prflx") as CandidateType,
      address: mapped.address,
      port: mapped.port,
    },
    remote: { type: remote.type, address: remote.address, port: remote.port },
    ...(protocol === undefined ? {} : { relayProtocol: protocol }),
  };
}

/**
 * One sentence why there is no way to the peer, and one step to take.
 * @param failures of servers while candidates were gathered
 */
export function failureOf(
  agent: IceAgent,
  candidates: readonly IceCandidate[],
  failures: readonly OffhookError[],
): OffhookError {
  if (agent.failure === "no-consent") {
    return new OffhookError("media-failed", "the other side stopped answering ICE's checks", {
      hint: "Nothing is sent to it until it answers: its network, or ours, is gone or has changed.",
    });
  }
  const ours = kinds(candidates);
  const tried = agent.pairs.length;
  const heard = agent.checksReceived > 0
    ? "the other side's checks came in, but none of ours was answered"
    : "no check was answered, and none came in";
  const why = tried === 0 ? "the other side named no address that can be tried" : heard;
  return new OffhookError(
    "media-failed",
    `ICE found no way to the other side: ${why} (pairs tried: ${tried}; ours: ${ours})`,
    { hint: nextStep(candidates, failures), data: { tried, ours, left: agent.leftOut } },
  );
}

function nextStep(
  candidates: readonly IceCandidate[],
  failures: readonly OffhookError[],
): string {
  const [first] = failures;
  if (first !== undefined) return `One server was of no use: ${first.message}.`;
  return candidates.some(({ type }) => type === "relay")
    ? "Does a firewall stop UDP? Then name a TURN server by TCP or TLS under [ice]."
    : "Both sides may be behind NATs that only a relay gets through: name a TURN server under [ice].";
}

/** `2 host, 1 relay` */
function kinds(candidates: readonly IceCandidate[]): string {
  const counts = new Map<string, number>();
  const rtp = candidates.filter(({ component }) => component === 1);
  for (const { type } of rtp) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => `${count} ${type}`).join(", ") || "none";
}
