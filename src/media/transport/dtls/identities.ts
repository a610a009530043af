/**
 * The certificate of this process: one for all calls, and a new one after a week, so that none that is
 * shown has run out and no peer knows us by it for ever.
 */
import { randomBytes } from "node:crypto";
import { type Identity, makeIdentity } from "./crypto/mod.ts";

const RENEWED_AFTER_MS = 7 * 86_400_000;

let current: { identity: Identity; madeAt: number } | undefined;

/** @param now ms since the epoch */
export function currentIdentity(now: number): Identity {
  if (current === undefined || now - current.madeAt > RENEWED_AFTER_MS) {
    current = { identity: makeIdentity(now, randomBytes), madeAt: now };
  }
  return current.identity;
}
