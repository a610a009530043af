/** Waiting for a registration to come about. Not on the real-time path. */
import type { AccountId, RegistrationState } from "../core/account.ts";
import { OffhookError } from "../core/errors.ts";
import type { Session } from "./session.ts";

/**
 * Resolves when the account is registered.
 *
 * @throws OffhookError what the registration failed with; `interrupted` when it was
 */
export async function awaitRegistration(session: Session, account: AccountId): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = (registration: RegistrationState) => {
    if (registration.state === "registered") resolve();
    if (registration.state === "failed") reject(OffhookError.fromJSON(registration.error));
  };
  const subscription = await session.phone.subscribe((event) => {
    if (event.type === "registration" && event.account === account) look(event.registration);
  });
  try {
    const now = subscription.snapshot.accounts.find(({ id }) => id === account);
    if (now !== undefined) look(now.registration);
    session.interruption.then(() => reject(new OffhookError("interrupted", "interrupted")));
    await promise;
  } finally {
    subscription.close();
  }
}
