/** A TURN server's refusal in words for people. */
import { OffhookError } from "../../../base/mod.ts";
import type { StunError } from "../stun/mod.ts";
import { NO_ANSWER } from "./requests.ts";
import { nameOf, type TurnServer } from "./server.ts";

/** What the server said, and what to do about it; never with the password. */
export function refusal(server: TurnServer, error: StunError): OffhookError {
  const name = nameOf(server);
  const [message, hint] = wordsFor(name, server.username, error);
  return new OffhookError("media-failed", message, {
    ...(hint === undefined ? {} : { hint }),
    data: { server: server.host, port: server.port, code: error.code },
  });
}

function wordsFor(name: string, user: string, { code, reason }: StunError): [string, string?] {
  if (code === NO_ANSWER.code) {
    return [`the TURN server ${name} does not answer`, "Check its address and port under [ice]."];
  }
  if (code === 401 || code === 441) {
    return [
      `the TURN server ${name} refused the user name or password of "${user}" (${code})`,
      "Check them under [ice]; time-limited ones may be over.",
    ];
  }
  if (code === 486 || code === 508) return [`the TURN server ${name} has no relay free (${code})`];
  if (code === 300) return [`the TURN server ${name} sends us to another server`];
  return [`the TURN server ${name} refused: ${code} ${reason}`.trimEnd()];
}
