/**
 * The user agents of a phone: one for each account, and one for calls without an account.
 *
 *     SipEffect ─► the agent of the account, or the one that has the call
 *     SipInput  ◄─ agents that are still ours
 */
import { OffhookError } from "../../base/mod.ts";
import type { Methods } from "../../control/contract/mod.ts";
import { type Account, type AccountId, routeOf } from "../../core/account/mod.ts";
import type { CallId, SipEffect, SipInput } from "../../core/ports/mod.ts";
import type { PhoneState } from "../../core/state/mod.ts";
import { UserAgent, type UserAgentOptions } from "../../sip/mod.ts";
import type { WriteLog } from "../log/mod.ts";
import { SavedIdentity } from "./saved_identity.ts";

type Ping = Methods["ping"];

/** ms that an answer may take. */
const PING_MS = 5_000;

export interface UserAgentsOptions {
  transportOf(account: Account): UserAgentOptions["transport"];
  /** Where accounts keep who they are over restarts; absent: they do not. */
  identityFolder?: string;
  /** Takes news at once; `state()` afterwards says what became of it. */
  notify(input: SipInput): void;
  state(): PhoneState;
  log: WriteLog;
}

export class UserAgents {
  readonly #options: UserAgentsOptions;
  readonly #agents = new Map<AccountId, UserAgent>();
  readonly #identities = new Map<AccountId, SavedIdentity>();
  /** Which user agent has a call. */
  readonly #callAgents = new Map<CallId, UserAgent>();

  constructor(options: UserAgentsOptions) {
    this.#options = options;
  }

  has(id: AccountId): boolean {
    return this.#agents.has(id);
  }

  get(id: AccountId): UserAgent | undefined {
    return this.#agents.get(id);
  }

  /** @throws OffhookError when the account makes no sense */
  add(account: Account, password: () => Promise<string>): UserAgent {
    const { log } = this.#options;
    const identity = account.server === "" ? undefined : this.#identityOf(account);
    const transport = this.#transportOf(account, identity);
    const agent: UserAgent = new UserAgent({
      account,
      password,
      notify: (input) => this.#heed(agent, input),
      ...(transport === undefined ? {} : { transport }),
      ...(identity === undefined ? {} : { instance: identity.instance }),
      log: (level, message) => log(`${account.id}: ${message}`, { level, account: account.id }),
    });
    this.#agents.set(account.id, agent);
    return agent;
  }

  #identityOf(account: Account): SavedIdentity {
    const identity = SavedIdentity.open(this.#options.identityFolder, account);
    this.#identities.set(account.id, identity);
    return identity;
  }

  #transportOf(
    account: Account,
    identity: SavedIdentity | undefined,
  ): UserAgentOptions["transport"] {
    const transport = this.#options.transportOf(account);
    if (identity?.port === undefined) return transport;
    return { ...transport, bind: { ...transport?.bind, wishedPort: identity.port } };
  }

  #forget(id: AccountId): void {
    this.#identities.get(id)?.close();
    this.#identities.delete(id);
  }

  /**
   * Asks a target, by the way that a call to it would take, or an account's server.
   * @throws OffhookError as `dial` for the target; `unreachable` when nothing answers
   */
  async ping({ account: named, target, timeoutMs = PING_MS }: Ping["params"]): Promise<
    Ping["result"]
  > {
    const accounts = [...this.#options.state().accounts.values()].map(({ account }) => account);
    const { account, uri } = target === undefined
      ? serverOf(accounts, named)
      : routeOf(target, accounts, named);
    const agent = this.#agents.get(account) ?? refuseAccount(account);
    return { account, target: uri, ...await agent.pings.ask(uri, timeoutMs) };
  }

  start(): void {
    for (const agent of this.#agents.values()) agent.start();
  }

  /** Un-registers the account; nothing is heard of it any more. */
  async remove(id: AccountId): Promise<void> {
    const agent = this.#agents.get(id);
    this.#agents.delete(id);
    await agent?.stop();
    // Unless the account has come again meanwhile.
    if (!this.#agents.has(id)) this.#forget(id);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.stop()));
    for (const id of [...this.#identities.keys()]) this.#forget(id);
  }

  perform(effect: SipEffect): void {
    if (!("call" in effect)) return this.#agents.get(effect.account)?.perform(effect);
    if (effect.type === "SendInvite") {
      const agent = this.#agents.get(effect.account);
      if (agent !== undefined) this.#callAgents.set(effect.call, agent);
    }
    this.#callAgents.get(effect.call)?.perform(effect);
  }

  #heed(agent: UserAgent, input: SipInput): void {
    const { notify, state } = this.#options;
    if (input.type === "RegistrationChanged" && input.registration.state === "registered") {
      const port = agent.contactPort;
      if (port !== undefined) this.#identities.get(agent.account.id)?.keepPort(port);
    }
    if (!("call" in input)) {
      if (this.#agents.get(agent.account.id) === agent) notify(input);
      return;
    }
    if (input.type === "IncomingCall") this.#callAgents.set(input.call, agent);
    notify(input);
    if (!state().calls.has(input.call)) {
      // Refused at once, or over: nothing more will be asked about it.
      this.#callAgents.delete(input.call);
    }
  }
}

function serverOf(
  accounts: readonly Account[],
  named: AccountId | undefined,
): ReturnType<typeof routeOf> {
  const own = accounts.find(({ id, server }) => server !== "" && (named ?? id) === id);
  return own === undefined ? refuseAccount(named) : { account: own.id, uri: `sip:${own.server}` };
}

function refuseAccount(named: AccountId | undefined): never {
  throw new OffhookError(
    "config-missing",
    named === undefined
      ? "there is no account whose server could be asked"
      : `there is no account "${named}"`,
    { hint: "Name a whole address, sip:user@host, or an account of the configuration." },
  );
}
