/** The control API in process: methods become commands of the core. */
import {
  type Account,
  accountViews,
  DIRECT_ACCOUNT,
  identityFor,
  type PartyIdentity,
  routeOf,
  uriFor,
} from "../../core/account/mod.ts";
import { type CallView, type PhoneCommand, type PhoneState, viewOf } from "../../core/state/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import {
  type AudioListener,
  type AudioParams,
  type CallAudio,
  LevelFeed,
  type LevelListener,
} from "../wire/mod.ts";
import type { CommandPort } from "./command_port.ts";
import { LocalAudio } from "./local_audio.ts";
import type {
  MethodName,
  Methods,
  Phone,
  Providers,
  Sequenced,
  Snapshot,
  SubscribeOptions,
  Subscription,
} from "../contract/mod.ts";
import { RecentEvents } from "./recent_events.ts";
import { recordHandlers, type RecordMethod } from "../records/mod.ts";
import { soundHandlers, type SoundMethod } from "./sound_handlers.ts";

/** ms of a DTMF digit unless asked otherwise. */
const DIGIT_MS = 100;

type Answer<M extends MethodName> = Methods[M]["result"] | Promise<Methods[M]["result"]>;

type Handlers = {
  [M in MethodName]: (params: Methods[M]["params"]) => Answer<M>;
};

/** The methods that are commands of the core. */
type CoreHandlers = Omit<Handlers, RecordMethod | SoundMethod>;

export class LocalPhone implements Phone {
  readonly #core: CommandPort;
  readonly #close: () => Promise<void>;
  readonly #handlers: Handlers;
  readonly #past = new RecentEvents();
  readonly #audio: LocalAudio;
  readonly #levels: LevelFeed;
  #providers: Providers = {};

  /** @param close ends calls, un-registers and releases everything below */
  constructor(core: CommandPort, close: () => Promise<void>) {
    this.#core = core;
    this.#close = close;
    const providers = () => this.#providers;
    this.#audio = new LocalAudio(core, providers);
    this.#levels = new LevelFeed(() => this.#providers.levels);
    this.#handlers = {
      ...handlersOf(core, () => this.#snapshot()),
      ...soundHandlers(core, providers),
      ...recordHandlers(providers),
    };
    core.listen((event) => this.#past.add(event));
  }

  /** Gives the phone what it may have besides its calls; later ones are added to earlier ones. */
  provide(providers: Providers): void {
    this.#providers = { ...this.#providers, ...providers };
  }

  async request<M extends MethodName>(
    method: M,
    params: Methods[M]["params"],
  ): Promise<Methods[M]["result"] & { seq: number }> {
    try {
      const answer: Answer<M> = this.#handlers[method](params);
      // Read at once where it can be: the seq that this very command reached.
      const { seq } = this.#core;
      return answer instanceof Promise
        ? { ...await answer, seq: this.#core.seq }
        : { ...answer, seq };
    } catch (error) {
      throw OffhookError.from(error);
    }
  }

  subscribe(
    listener: (event: Sequenced) => void,
    { since }: SubscribeOptions = {},
  ): Promise<Subscription> {
    const close = this.#core.listen(listener);
    const seq = this.#core.seq;
    if (since !== undefined) {
      // Live events wait for their microtask: the past is delivered before them.
      for (const event of this.#past.since(since, seq, Date.now())) listener(event);
    }
    return Promise.resolve({ snapshot: this.#snapshot(), seq, close });
  }

  async audio(params: AudioParams, listener: AudioListener): Promise<CallAudio> {
    return await this.#audio.open(params, listener);
  }

  levels(listener: LevelListener): Promise<() => void> {
    return Promise.resolve(this.#levels.add(listener));
  }

  close(): Promise<void> {
    return this.#close();
  }

  #snapshot(): Snapshot {
    const health = this.#providers.health?.();
    const links = this.#providers.links?.();
    return { ...snapshotOf(this.#core.state), ...(health && { health }), ...(links && { links }) };
  }
}

/** What a face needs to draw everything. */
export function snapshotOf(state: PhoneState): Snapshot {
  const { refused } = state.strangers;
  return {
    accounts: accountViews(state.accounts),
    calls: [...state.calls.values()].map((call): CallView => viewOf(call)),
    doNotDisturb: state.settings.doNotDisturb,
    volume: state.volume,
    speech: state.speech,
    ...(refused === 0 ? {} : { refusedCalls: refused }),
  };
}

function handlersOf(core: CommandPort, snapshot: () => Snapshot): CoreHandlers {
  const order = (command: PhoneCommand) => {
    core.command(command);
    return {};
  };
  return {
    status: snapshot,
    register: ({ account }) => order({ type: "Register", account }),
    unregister: ({ account }) => order({ type: "Unregister", account }),
    // In process a client cannot go without its phone: nothing is to be bound.
    dial: ({ account: named, target, from, bound: _, ...rest }) => {
      const call = crypto.randomUUID().slice(0, 8);
      const { account, uri } = routeOf(target, accountsOf(core.state), named);
      const said = saidBy(from, core.state.accounts.get(account)?.account);
      core.command({ type: "Dial", call, account, target: uri, ...said, ...rest });
      return { call };
    },
    answer: ({ bound: _, from, ...params }) =>
      order({ type: "Answer", ...params, ...saidBy(from, accountOf(params.call, core.state)) }),
    reject: ({ target, ...params }) => {
      const elsewhere = target === undefined
        ? {}
        : { target: uriFor(target, accountOf(params.call, core.state)) };
      return order({ type: "Reject", ...params, ...elsewhere });
    },
    hangup: (params) => order({ type: "Hangup", ...params }),
    silence: (params) => order({ type: "Silence", ...params }),
    hold: (params) => order({ type: "Hold", ...params }),
    resume: (params) => order({ type: "Resume", ...params }),
    swap: () => order({ type: "Swap" }),
    mute: (params) => order({ type: "Mute", ...params }),
    dtmf: ({ call, digits, durationMs }) =>
      order({ type: "SendDigits", call, digits, durationMs: durationMs ?? DIGIT_MS }),
    transfer: ({ call, target }) =>
      order({ type: "Transfer", call, target: uriFor(target, accountOf(call, core.state)) }),
    answerTransfer: ({ call, follow }) =>
      order({ type: follow ? "FollowTransfer" : "RefuseTransfer", call }),
    doNotDisturb: ({ on }) => order({ type: "SetDoNotDisturb", on }),
    volume: ({ volume }) => {
      core.command({ type: "ChangeVolume", volume });
      return { volume: core.state.volume };
    },
    speech: ({ speech }) => {
      core.command({ type: "ChangeSpeech", speech });
      return { speech: core.state.speech };
    },
    earlyMedia: (params) => order({ type: "SendEarlyMedia", ...params }),
  };
}

function accountsOf({ accounts }: PhoneState): Account[] {
  return [...accounts.values()].map(({ account }) => account);
}

/** The account of a call; of one that is not there, which the core refuses, the default account. */
function accountOf(call: string, state: PhoneState): Account | undefined {
  const id = state.calls.get(call)?.account;
  if (id !== undefined) return state.accounts.get(id)?.account;
  return accountsOf(state).find((account) => account.id !== DIRECT_ACCOUNT);
}

function saidBy(
  from: PartyIdentity | undefined,
  account: Account | undefined,
): { from?: PartyIdentity } {
  return from === undefined ? {} : { from: identityFor(from, account) };
}
