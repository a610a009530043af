/** Which of both agents chooses the pair (RFC 8445 §6.1.1), and what settles a conflict over it (§7.3.1.1). */
import type { Random32 } from "../../rtp/mod.ts";
import type { StunMessage } from "../stun/mod.ts";
import { roleOf } from "./checks.ts";
import { randomTieBreaker } from "./random.ts";

export class IceRole {
  controlling: boolean;
  readonly tieBreaker: bigint;

  constructor(controlling: boolean, random: Random32) {
    this.controlling = controlling;
    this.tieBreaker = randomTieBreaker(random);
  }

  /** Whether a request of the peer leaves both roles as they are, or else who changes. */
  judge(request: StunMessage): "fits" | "we change" | "peer changes" {
    const role = roleOf(request);
    if (role === undefined || role.controlling !== this.controlling) return "fits";
    const weStay = this.tieBreaker >= role.tieBreaker;
    return this.controlling === weStay ? "peer changes" : "we change";
  }
}
