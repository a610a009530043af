/** The run of `offhook ping`. */
import { EXIT_CODES, type ExitCode, OffhookError } from "../../../base/mod.ts";
import type { Methods } from "../../../control/contract/mod.ts";
import type { Context } from "../../args/mod.ts";
import { say, sayJson } from "../../process/mod.ts";
import { type PhoneSession, withPhone } from "../../phone/mod.ts";
import type { PingValues } from "./command.ts";

type Ping = Methods["ping"];

const OWN = { accounts: "all", register: "when asked", maxCalls: 0 } as const;
const SCHEMA = "offhook.ping/1";

/** Nobody registers for it: who has no station asks by a phone of their own. */
export function runPing(values: PingValues, context: Context): Promise<ExitCode> {
  return withPhone(values, context, OWN, (session) => new PingRun(session, values, context).run());
}

class PingRun {
  readonly #session: PhoneSession;
  readonly #values: PingValues;
  readonly #context: Context;
  readonly #times: number[] = [];
  #sent = 0;

  constructor(session: PhoneSession, values: PingValues, context: Context) {
    this.#session = session;
    this.#values = values;
    this.#context = context;
  }

  async run(): Promise<ExitCode> {
    const { count, interval } = this.#values;
    const params = this.#params();
    const interrupted = this.#session.interruption.then(() => "interrupted" as const);
    for (;;) {
      const next = this.#wait(interval);
      const asked = await Promise.race([this.#once(params), interrupted, this.#session.lost]);
      if (asked === "interrupted" || this.#sent === count) break;
      if (await Promise.race([next, interrupted, this.#session.lost]) === "interrupted") break;
    }
    if (count > 1) await this.#sayAll();
    if (this.#session.interrupted) return 130;
    return this.#times.length > 0 ? 0 : EXIT_CODES.unreachable;
  }

  #params(): Ping["params"] {
    const [whom, ...more] = this.#values.whom;
    if (more.length > 0) {
      throw new OffhookError("usage", "only one account or target can be asked at a time");
    }
    const timeoutMs = this.#values.timeout;
    const { account, snapshot: { accounts } } = this.#session;
    const isAccount = accounts.some(({ id }) => id === whom);
    if (isAccount) return { account: whom, timeoutMs };
    return {
      ...(account === undefined ? {} : { account }),
      ...(whom === undefined ? {} : { target: whom }),
      timeoutMs,
    };
  }

  /** @throws OffhookError what asking again would not mend, and what the only ping failed with */
  async #once(params: Ping["params"]): Promise<void> {
    this.#sent += 1;
    try {
      const { seq: _, ...answer } = await this.#session.phone.request("ping", params);
      this.#times.push(answer.rttMs);
      await this.#sayAnswer(answer);
    } catch (thrown) {
      const error = OffhookError.from(thrown);
      if (error.code !== "unreachable" || this.#values.count === 1) throw error;
      const { io } = this.#context;
      if (this.#values.json) await sayJson(io, { schema: SCHEMA, error: error.toJSON() });
      else if (!this.#values.quiet) await say(io, error.message);
    }
  }

  async #sayAnswer(answer: Ping["result"]): Promise<void> {
    const { io } = this.#context;
    if (this.#values.json) return await sayJson(io, { schema: SCHEMA, ...answer });
    if (this.#values.quiet) return;
    const { target, status, reason, rttMs, agent, from } = answer;
    const who = [agent, from && `(${from})`].filter(Boolean).join(" ");
    await io.stdout.rows([
      `${target}: ${`${status} ${reason}`.trim()} in ${rttMs} ms${who === "" ? "" : `, ${who}`}`,
    ]);
  }

  async #sayAll(): Promise<void> {
    if (this.#values.json || this.#values.quiet) return;
    const times = this.#times;
    const mean = Math.round(times.reduce((sum, each) => sum + each, 0) / times.length);
    const spread = times.length === 0
      ? ""
      : `, ${Math.min(...times)}/${mean}/${Math.max(...times)} ms (min/mean/max)`;
    await say(this.#context.io, `${times.length} of ${this.#sent} answered${spread}`);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#context.io.after(ms, resolve));
  }
}
