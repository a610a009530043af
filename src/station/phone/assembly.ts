/**
 * The parts of one phone, wired: the core with its signalling, its media and its devices.
 *
 *     CoreLoop ─ SipEffect ──► UserAgent of the account, or the one without an account
 *              └ MediaEffect ► MediaWorker ─► device host (when a device is needed)
 *
 * Nothing here waits for a network or a sound card: what cannot be had is told by events.
 */
import { processEnvironment } from "../../config/mod.ts";
import { dataFolder } from "../../config/sources/mod.ts";
import type { Providers } from "../../control/contract/mod.ts";
import { type AccountId, DIRECT_ACCOUNT, type PartyIdentity } from "../../core/account/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { MediaInput, SipInput } from "../../core/ports/mod.ts";
import { initialState } from "../../core/mod.ts";
import { DeviceHostSupervisor } from "../../device_host/client/mod.ts";
import type { DeviceList } from "../../device_host/wire/mod.ts";
import type { IceSettings } from "../../media/transport/ice/mod.ts";
import { type MediaThread, MediaWorker } from "../../media/worker/mod.ts";
import type { UserAgentOptions } from "../../sip/mod.ts";
import { SYSTEM_CLOCK } from "../mod.ts";
import { CoreLoop } from "./core_loop.ts";
import type { DeskDevices } from "../desk/mod.ts";
import {
  coreLine,
  type EventLine,
  eventLog,
  type LogLevel,
  messageLine,
  rememberedCallId,
  SipLog,
} from "../log/mod.ts";
import { NetworkWatch } from "../network/mod.ts";
import { networkSignature } from "../../sip/transport/flow/mod.ts";
import { devicesFor, listDevices } from "./list_devices.ts";
import type { AccountAccess, OpenPhone, PhoneOptions } from "./phone_options.ts";
import { recordingPath } from "./recording_path.ts";
import { accountChanges, directAccount, ringFileOf, settingsOf } from "./phone_settings.ts";
import { UserAgents } from "./user_agents.ts";

/** ms that closing waits for calls to be ended by the core, before signalling ends them itself. */
const CLOSE_MS = 2_000;
/** ms between two questions to the media thread whether it is alive. */
const MEDIA_CHECK_MS = 4_000;

/** Our own addresses only. */
const NO_SERVERS: IceSettings = { stun: [], turn: [], relayOnly: false };

/** Everything of one phone that must be started and released. */
export class Assembly {
  readonly core: CoreLoop;
  readonly #sipLog = new SipLog();
  readonly listening: OpenPhone["listening"] = [];
  /** Whose calls come with a name. */
  contacts: Providers["contacts"];
  #options: PhoneOptions;
  readonly #agents: UserAgents;
  readonly #devices: DeviceHostSupervisor;
  readonly #media: MediaWorker;
  /** Absent: headsets are not this phone's business. */
  readonly desk: DeskDevices | undefined;
  readonly #network: NetworkWatch;
  readonly #mediaCheck: ReturnType<typeof setInterval>;
  #mediaAlive = true;
  /** A configuration of which something waits for the end of a call. */
  #waiting: PhoneOptions | undefined;
  #reloading: Promise<void> = Promise.resolve();

  /**
   * @param desk what makes the desk's devices, which is loaded where there are any only
   * @param mediaThread one that was started before
   */
  constructor(options: PhoneOptions, desk?: typeof DeskDevices, mediaThread?: MediaThread) {
    this.#options = options;
    const { startHost: start } = options;
    this.#devices = new DeviceHostSupervisor(start === undefined ? {} : { start });
    const direct = directAccount(options);
    const accounts = [...options.accounts.map(({ account }) => account), direct];
    this.core = new CoreLoop(initialState(settingsOf(options), accounts), {
      sip: (effect) => this.#agents.perform(effect),
      media: (effect) => this.#media.perform(effect),
      headset: (effect) => this.desk?.show(effect.state),
      watch: (verb, what) => {
        if (this.#writes("trace")) this.#write(coreLine(verb, what, callIds));
        else rememberedCallId(what, callIds);
      },
    });
    const callIds = new Map<string, string>();
    this.#logEvents(callIds);
    this.desk = options.headsets && desk && new desk({
      host: this.#devices,
      clock: SYSTEM_CLOCK,
      settings: options.headsets,
      soundDevices: async () => (await this.#listDevices()).devices,
      notify: (input) => this.core.submit(input),
      log: options.log,
    });
    this.#media = new MediaWorker(
      {
        devices: this.#devices,
        thread: mediaThread,
        codecs: accounts.flatMap(({ codecs }) => codecs),
        iceSettings: (account) => this.#iceSettings(account),
      },
      (input: MediaInput) => this.core.submit(input),
      (error) => options.log(`media: ${error.message}`, { level: "error" }),
    );
    this.#agents = new UserAgents({
      transportOf: (account) => this.#transport(account.server === ""),
      ...(options.identityFolder === undefined ? {} : { identityFolder: options.identityFolder }),
      notify: (input) => this.#heed(input),
      state: () => this.core.state,
      log: options.log,
    });
    for (const { account, password } of options.accounts) this.#agents.add(account, password);
    this.#agents.add(direct, () => Promise.resolve(""));
    this.#network = new NetworkWatch({
      clock: SYSTEM_CLOCK,
      look: () => networkSignature(options.host),
      notify: (input) => this.core.submit(input),
      blind: ({ message }) => options.log(`network changes go unseen: ${message}`),
    });
    this.#mediaCheck = setInterval(async () => {
      this.#mediaAlive = await this.#media.answers(MEDIA_CHECK_MS / 2);
    }, MEDIA_CHECK_MS);
    this.core.listen(({ type }) => {
      if (type === "call.ended" && this.#waiting !== undefined) void this.reload(this.#waiting);
    });
  }

  /** Why the device host cannot be had; undefined: it can, or nobody needed it yet. */
  get deviceHost(): string | undefined {
    return this.#devices.failure;
  }

  /** What of the desk's devices somebody has to mend. */
  get troubles(): readonly string[] {
    return this.desk?.troubles ?? [];
  }

  /** Whether the media thread answered when it was last asked. */
  get mediaAlive(): boolean {
    return this.#mediaAlive;
  }

  /** As they are now: asked of a device host that lives just for the question. */
  #listDevices(): Promise<DeviceList> {
    return listDevices(this.#options.startHost);
  }

  async listen(): Promise<void> {
    for (const { transport, host, port, tls, origins = [] } of this.#options.direct.listen) {
      const extra = { origins, ...(tls === undefined ? {} : { tls }) };
      const bound = await this.#agents.get(DIRECT_ACCOUNT)!.listen(
        transport,
        { host, port },
        extra,
      );
      this.listening.push({ transport, ...bound });
    }
  }

  start(): void {
    if (this.#options.maxCalls > 0) this.#media.warm();
    this.desk?.start();
    this.#network.start();
    if (this.#options.connect === "when used") {
      // While the call's media opens, not after.
      this.core.listen((event) => {
        if (event.type === "call.dialling") this.#agents.get(event.call.account)?.start();
      });
    } else this.#agents.start();
    if (!this.#options.register) return;
    for (const { account } of this.#options.accounts) {
      if (account.register) this.core.command({ type: "Register", account: account.id });
    }
  }

  /** What the phone has besides its calls. */
  get provided(): Providers {
    const { desk } = this;
    return {
      devices: async () =>
        devicesFor(this.core.state.settings.endpoints, await this.#listDevices()),
      ladder: ({ sipCallId }) => ({ messages: this.#sipLog.ladder(sipCallId) }),
      ping: (params) => this.#agents.ping(params),
      // Before AttachAudio.
      attach: (attachment, listener) => this.#media.attach(attachment, listener),
      levels: (listener) => this.#media.meter(listener),
      recordingPath: (call) =>
        recordingPath(
          dataFolder(processEnvironment),
          call,
          new Date(),
          this.#options.recordingFormat,
        ),
      ...(desk === undefined ? {} : { headsets: desk }),
    };
  }

  /** One after the other. @throws OffhookError when an account makes no sense */
  reload(options: PhoneOptions): Promise<void> {
    const done = this.#reloading.then(() => this.#reload(options));
    this.#reloading = done.catch(() => {});
    return done;
  }

  async #reload(options: PhoneOptions): Promise<void> {
    const wanted = options.accounts.map(({ account }) => account);
    const { accounts, kept, gone } = accountChanges(this.core.state, wanted);
    const { log, trace, doNotDisturb: before } = this.#options;
    if (this.#waiting !== options) {
      for (const id of kept) log(`${id} has a live call: its change waits for the call's end`);
    }
    this.#waiting = kept.length > 0 ? options : undefined;
    const settings = settingsOf(options);
    // What was switched by hand stays, unless the file says something new.
    if (options.doNotDisturb === before) {
      settings.doNotDisturb = this.core.state.settings.doNotDisturb;
    }
    this.#options = { ...options, log, ...(trace === undefined ? {} : { trace }) };
    const direct = this.core.state.accounts.get(DIRECT_ACCOUNT)!.account;
    this.core.command({ type: "Configure", settings, accounts: [...accounts, direct] });
    if (options.headsets !== undefined) await this.desk?.apply(options.headsets);
    this.desk?.renewSound();
    await Promise.all(gone.map((id) => this.#agents.remove(id)));
    for (const access of options.accounts) this.#renew(access);
  }

  /**
   * A new account begins. One that is as it was asks the server again: whether its password, which may
   * have changed, is right shows now, and not when the registration runs out.
   */
  #renew({ account, password }: AccountAccess): void {
    const agent = this.#agents.get(account.id);
    agent?.renewPassword(password);
    const { state } = this.core.state.accounts.get(account.id)!.registration;
    if (agent === undefined) this.#agents.add(account, password).start();
    else if (state !== "registered" && state !== "failed") return;
    if (account.register) this.core.command({ type: "Register", account: account.id });
  }

  /** With the addresses of the host that signalling looks at, where that is not this machine. */
  async #iceSettings(account: AccountId): Promise<IceSettings> {
    const { host, iceServers } = this.#options;
    const settings = await iceServers?.(account) ?? NO_SERVERS;
    if (host === undefined) return settings;
    const interfaces = Object.values(host.interfaces());
    return {
      ...settings,
      addresses: interfaces.flatMap((all = []) => all.map(({ address }) => address)),
    };
  }

  /** Calls first, then registrations and transports, then media and devices. */
  async close(): Promise<void> {
    clearInterval(this.#mediaCheck);
    this.#network.stop();
    await this.#endCalls();
    await this.#agents.stop();
    await this.#media.stop(this.#options.hushed);
    await this.desk?.stop();
    await this.#devices.close();
    this.core.close();
  }

  #transport(isDirect: boolean): UserAgentOptions["transport"] {
    const { trace, direct } = this.#options;
    return {
      trace: (record) => {
        this.#sipLog.take(record);
        if (this.#writes("debug")) this.#write(messageLine(record));
        trace?.(record);
      },
      ...(this.#options.host === undefined ? {} : { host: this.#options.host }),
      ...(isDirect && direct.onRequest ? { onRequest: direct.onRequest } : {}),
      ...(isDirect && direct.routes ? { routes: direct.routes } : {}),
    };
  }

  /** Somebody who sits before the phone sees for themselves what warns others. */
  #logEvents(callIds: Map<string, string>): void {
    const { attended } = this.#options;
    const lineOf = eventLog(callIds);
    this.core.listen((event) => {
      const line = lineOf(event);
      const isWarning = line?.facts.level === "warning";
      if (attended && isWarning) {
        this.#write({ ...line, facts: { ...line.facts, level: "info" } });
      } else this.#write(line);
    });
  }

  #writes(level: LogLevel): boolean {
    return this.#options.log.wants?.(level) ?? true;
  }

  #write(line: EventLine | undefined): void {
    if (line !== undefined) this.#options.log(line.text, line.facts);
  }

  #heed(input: SipInput): void {
    if (input.type === "IncomingCall") {
      this.core.submit({ ...input, ...this.#known(input.from) });
    } else if (input.type === "ReferReceived") {
      const target = this.#options.transferTo?.(input.target) ?? input.target;
      this.core.submit({ ...input, target });
    } else this.core.submit(input);
  }

  /** What our contacts have of the caller; a store that fails costs that, not the call. */
  #known(party: PartyIdentity): { from: PartyIdentity; ringFile?: string } {
    try {
      const contact = this.contacts?.lookUp(party.uri)?.contact;
      if (contact === undefined) return { from: party };
      const ringFile = ringFileOf(contact, this.#options.callerRings);
      const ring = ringFile === undefined ? {} : { ringFile };
      return { from: { ...party, contact: contact.name }, ...ring };
    } catch (error) {
      this.#options.log(`contacts: ${OffhookError.from(error).message}`, { level: "warning" });
      return { from: party };
    }
  }

  /** Hangs up everything and waits, bounded, until the core has told every record. */
  async #endCalls(): Promise<void> {
    const { core } = this;
    for (const call of core.state.calls.values()) {
      if (call.phase.name !== "ending") core.command({ type: "Hangup", call: call.id });
    }
    if (core.state.calls.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CLOSE_MS);
      core.listen(() => {
        if (core.state.calls.size > 0) return;
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
