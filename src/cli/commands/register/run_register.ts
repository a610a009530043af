/** The run of `offhook register`. */
import type { Account, RegistrationState } from "../../../core/account/mod.ts";
import { EXIT_CODES, type ExitCode, OffhookError } from "../../../base/mod.ts";
import type { RegisterReport } from "../../../control/schemas/mod.ts";
import type { Context } from "../../args/mod.ts";
import { errorLines, type Io, say, sayJson } from "../../process/mod.ts";
import type { RegisterValues } from "./command.ts";
import {
  type CommandSession,
  type PhoneSession,
  silentRegistrar,
  withPhone,
} from "../../phone/mod.ts";

const OWN = { accounts: "chosen", register: "when asked", maxCalls: 0 } as const;

/** A running station stays registered when this command is over. */
export async function runRegister(values: RegisterValues, context: Context): Promise<ExitCode> {
  return await withPhone(values, context, OWN, async (session) => {
    return await new RegisterRun(session, accountOf(session), values, context.io).run();
  });
}

function accountOf({ own, account, snapshot: { accounts } }: PhoneSession): Registered {
  if (own?.account !== undefined) return own.account;
  const view = account === undefined ? accounts[0] : accounts.find(({ id }) => id === account);
  if (view === undefined) {
    throw new OffhookError("config-missing", "the station has no account to register");
  }
  const [user = "", server = ""] = view.uri.replace(/^sip:/, "").split("@");
  return { id: view.id, user, server };
}

/** A registrar that never answers must not hold a script. */
const TIMEOUT_MS = 35_000;

type Registered = Pick<Account, "id" | "user" | "server">;

class RegisterRun {
  readonly #session: CommandSession;
  readonly #account: Registered;
  readonly #values: RegisterValues;
  readonly #io: Io;
  readonly #startedAt: number;
  readonly #finished = Promise.withResolvers<ExitCode>();

  constructor(session: CommandSession, account: Registered, values: RegisterValues, io: Io) {
    this.#session = session;
    this.#account = account;
    this.#values = values;
    this.#io = io;
    this.#startedAt = io.now();
  }

  async run(): Promise<ExitCode> {
    const { id, server } = this.#account;
    this.#session.listen((event) => {
      if (event.type !== "registration" || event.account !== id) return;
      this.#onChange(event.registration);
    });
    const { stay, timeout = TIMEOUT_MS } = this.#values;
    const stop = stay ? () => {} : this.#io.after(timeout, () => {
      this.#onChange({ state: "failed", status: 0, error: silentRegistrar(server).toJSON() });
    });
    try {
      const known = this.#session.snapshot.accounts.find((account) => account.id === id);
      // A station that is registered already says nothing new when it is asked again.
      if (known?.registration.state === "registered") void this.#onChange(known.registration);
      else await this.#session.phone.request("register", { account: id });
      this.#session.interruption.then(() => this.#finished.resolve(130));
      return await Promise.race([this.#finished.promise, this.#session.lost]);
    } finally {
      stop();
    }
  }

  async #onChange(registration: RegistrationState): Promise<void> {
    const report = this.#report(registration);
    if (report === undefined) return;
    if (this.#values.json) await sayJson(this.#io, report);
    if (report.error !== undefined) await this.#sayFailure(report);
    else if (!this.#values.quiet && !this.#values.json) await this.#saySuccess(report);
    const final = !this.#values.stay ||
      (registration.state === "failed" && registration.retryInMs === undefined);
    // Nobody reads any more: there is nothing left to stay for.
    if (this.#io.stdout.closed) this.#finished.resolve(0);
    if (final) {
      this.#finished.resolve(report.error === undefined ? 0 : EXIT_CODES[report.error.code]);
    }
  }

  #report(registration: RegistrationState): RegisterReport | undefined {
    const { id, user, server } = this.#account;
    const common = {
      schema: "offhook.register/1",
      account: id,
      uri: `sip:${user}@${server}`,
      tookMs: this.#io.now() - this.#startedAt,
    } as const;
    switch (registration.state) {
      case "registered":
        return { ...common, state: "registered", expires: registration.expires, sipStatus: 200 };
      case "failed": {
        const { status, error, retryInMs } = registration;
        const retry = this.#values.stay && retryInMs !== undefined ? { retryInMs } : {};
        return { ...common, state: "failed", expires: null, sipStatus: status, ...retry, error };
      }
      case "unregistered":
        if (!this.#values.stay) return undefined;
        return { ...common, state: "unregistered", expires: null, sipStatus: 200 };
      default:
        return undefined;
    }
  }

  async #saySuccess({ uri, state, expires }: RegisterReport): Promise<void> {
    const granted = expires === null ? "" : ` for ${expires} s`;
    await say(this.#io, `${state} ${uri}${granted}`);
  }

  async #sayFailure({ error, retryInMs }: RegisterReport): Promise<void> {
    for (const line of errorLines(OffhookError.fromJSON(error!))) await say(this.#io, line);
    if (retryInMs !== undefined) {
      await say(this.#io, `  trying again in ${Math.round(retryInMs / 1000)} s`);
    }
  }
}
