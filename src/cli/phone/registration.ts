/** Waiting for a registration to come about. */
import type { Account, RegistrationState } from "../../core/account/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { Io } from "../process/mod.ts";
import type { CommandSession } from "./session.ts";

/** What to say when nothing came of a registration in time. */
export function silentRegistrar(server: string): OffhookError {
  return new OffhookError("unreachable", `no answer from ${server}`, {
    hint: "Is the server's name, port and transport right? --trace - shows what is sent.",
  });
}

/**
 * Resolves when the account is registered.
 *
 * @param timeout ms; absent: as long as a REGISTER waits
 * @throws OffhookError what the registration failed with; `interrupted` when it was
 */
export async function awaitRegistration(
  session: CommandSession,
  { id: account, server }: Pick<Account, "id" | "server">,
  timeout: number | undefined,
  io: Io,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = timeout === undefined
    ? () => {}
    : io.after(timeout, () => reject(silentRegistrar(server)));
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
    stop();
    subscription.close();
  }
}
