/** The peer's candidates: those that it named, and those that its checks showed. */
import type { IceDescription } from "../../../core/media/mod.ts";
import type { SocketAddress } from "../stun/mod.ts";
import { type Component, type RemoteCandidate, usableCandidates } from "./candidate.ts";
import { MAX_PAIRS } from "./check_list.ts";

/** More cannot be paired. */
const MAX_REMOTES = 2 * MAX_PAIRS;

export class RemoteCandidates {
  readonly list: RemoteCandidate[] = [];

  add({ candidates }: IceDescription, component: Component): void {
    for (const candidate of usableCandidates(candidates, component)) {
      if (this.list.length >= MAX_REMOTES) return;
      if (!this.at(candidate)) this.list.push(candidate);
    }
  }

  at({ address, port }: SocketAddress): RemoteCandidate | undefined {
    return this.list.find((known) => known.port === port && known.address === address);
  }

  /** The candidate at the address, which may be one that the peer does not know itself. */
  learn(source: SocketAddress, priority: number): RemoteCandidate {
    const known = this.at(source);
    if (known !== undefined) return known;
    const foundation = `prflx-${this.list.length}`;
    const learnt = { ...source, type: "prflx" as const, priority, foundation };
    if (this.list.length < MAX_REMOTES) this.list.push(learnt);
    return learnt;
  }
}
