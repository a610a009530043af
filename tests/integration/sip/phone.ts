/** A user agent under test: it keeps what the core would be told, and waits for what must come. */
import { OffhookError } from "../../../src/base/errors.ts";
import type { Account } from "../../../src/core/account/account.ts";
import type { MediaDescription } from "../../../src/core/media/media_description.ts";
import type { SipEffect, SipInput } from "../../../src/core/ports/sip_port.ts";
import { UserAgent, type UserAgentOptions } from "../../../src/sip/user_agent.ts";

export type InputOf<T extends SipInput["type"]> = Extract<SipInput, { type: T }>;

export const PCMU = { payloadType: 0, encoding: "PCMU", clockRate: 8000, channels: 1 };
export const PCMA = { payloadType: 8, encoding: "PCMA", clockRate: 8000, channels: 1 };

export function description(port: number, overrides: Partial<MediaDescription> = {}) {
  const base: MediaDescription = {
    address: "",
    port,
    profile: "RTP/AVP",
    formats: [PCMU, PCMA],
    direction: "sendrecv",
    ptime: 20,
  };
  return { ...base, ...overrides } as MediaDescription;
}

export function account(overrides: Partial<Account> = {}): Account {
  return {
    id: "test",
    user: "alice",
    server: "",
    register: false,
    expires: 300,
    codecs: ["PCMU", "PCMA"],
    tls: { minVersion: "1.2", verify: true },
    ...overrides,
  };
}

export interface PhoneOptions extends Partial<Omit<UserAgentOptions, "account" | "notify">> {
  account?: Partial<Account>;
  /** Answers inputs as a core would. */
  react?: (input: SipInput, phone: Phone) => void;
}

export class Phone {
  readonly inputs: SipInput[] = [];
  readonly logs: string[] = [];
  readonly agent: UserAgent;
  /** `127.0.0.1:port` after {@link Phone.listening}. */
  at = "";
  #waiters: (() => void)[] = [];
  #taken = 0;

  constructor(readonly options: PhoneOptions = {}) {
    const { account: overrides, react, ...rest } = options;
    this.agent = new UserAgent({
      password: () => Promise.resolve("secret"),
      log: (level, message) => this.logs.push(`${level} ${message}`),
      ...rest,
      account: account(overrides),
      notify: (input) => {
        this.inputs.push(input);
        react?.(input, this);
        for (const wake of this.#waiters.splice(0)) wake();
      },
    });
  }

  /** A phone that takes calls on loopback. */
  static async listening(options: PhoneOptions = {}, transport: "udp" | "tcp" = "udp") {
    const phone = new Phone({
      ...options,
      transport: { bind: { host: "127.0.0.1" }, ...options.transport },
    });
    const { port } = await phone.agent.listen(transport, { host: "127.0.0.1", port: 0 });
    phone.at = `127.0.0.1:${port}`;
    return phone;
  }

  do(effect: SipEffect): void {
    this.agent.perform(effect);
  }

  dial(
    call: string,
    target: string,
    more: Partial<Extract<SipEffect, { type: "SendInvite" }>> = {},
  ) {
    this.do({
      type: "SendInvite",
      call,
      account: "test",
      target,
      offer: description(4000),
      headers: [],
      ...more,
    });
  }

  /** The next input of a type that nobody took yet; earlier ones of other types are passed over. */
  async next<T extends SipInput["type"]>(type: T, ms = 5_000): Promise<InputOf<T>> {
    const deadline = Date.now() + ms;
    while (true) {
      for (let index = this.#taken; index < this.inputs.length; index++) {
        const input = this.inputs[index];
        if (input.type !== type) continue;
        this.#taken = index + 1;
        return input as InputOf<T>;
      }
      const left = deadline - Date.now();
      if (left <= 0) throw this.#missing(type);
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#waiters.push(resolve);
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }

  stop(): Promise<void> {
    return this.agent.stop();
  }

  #missing(type: string): Error {
    const seen = this.inputs.map((input) => input.type).join(", ");
    return new OffhookError("internal", `no ${type} came; ${seen}; ${this.logs.join(" | ")}`);
  }
}
