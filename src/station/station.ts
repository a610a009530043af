/**
 * The headless phone: a phone that others drive through the control API, and that never dies in
 * silence.
 *
 *     lock ─► store ─► phone ─► control socket ─► READY ─► … ─► STOPPING ─► calls ended, released
 *
 * It starts without network and without sound, and picks them up when they come: neither is waited
 * for. A store that cannot be opened costs the history, not the phone.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { snapshotOf } from "../control/local_phone.ts";
import type { Phone, Sequenced } from "../control/phone.ts";
import type { Providers } from "../control/records.ts";
import { ControlServer, type Listen } from "../control/server.ts";
import { OffhookError } from "../core/errors.ts";
import type { PhoneState } from "../core/state.ts";
import type { History } from "../store/history.ts";
import { openStore } from "../store/store.ts";
import { eventLog } from "./event_log.ts";
import { type Health, judge, LoopWatch } from "./health.ts";
import { type HealthServer, serveHealth } from "./health_server.ts";
import { historyLog } from "./history_log.ts";
import { InstanceLock } from "./instance_lock.ts";
import type { WriteLog } from "./log_line.ts";
import type { PhoneOptions } from "./phone_options.ts";
import { type NotifyEnvironment, SdNotify } from "./sd_notify.ts";

export interface StationOptions {
  version: string;
  /** Path of the control socket. */
  socket: string;
  /** File that makes this the only station of its configuration. */
  lock: string;
  /** SQLite file of the history; absent: none is kept. */
  store?: string;
  /** Further places to listen. */
  listen?: Listen[];
  /** Port of `/healthz` and `/readyz` on 127.0.0.1. */
  healthPort?: number;
  notify: NotifyEnvironment;
  /** Calls older than this are forgotten; absent: none. */
  historyDays?: number;
  /** So many calls are remembered; absent: all. */
  historyCalls?: number;
  log: WriteLog;
}

/** The phone that a station serves, with a look at its state for health. */
export interface ServedPhone extends Phone {
  readonly state: PhoneState;
  readonly mediaAlive: boolean;
  /** Takes what the station keeps beside the calls. */
  provide(providers: Providers): void;
  /** Takes changed accounts and settings. */
  reload(options: PhoneOptions): Promise<void>;
}

/** ms between two status lines and judgements when nobody asks for a watchdog. */
const STATUS_MS = 5_000;
const DAY_MS = 86_400_000;

export class Station {
  readonly #options: StationOptions;
  readonly #phone: ServedPhone;
  readonly #notify: SdNotify;
  readonly #watch = new LoopWatch();
  /** Released in reverse order. */
  readonly #held: (() => void | Promise<void>)[] = [];
  readonly #servers: ControlServer[] = [];
  #health: HealthServer | undefined;
  #status = "";
  readonly #broken = new Map<string, string>();

  private constructor(options: StationOptions, phone: ServedPhone) {
    this.#options = options;
    this.#phone = phone;
    this.#notify = new SdNotify(options.notify);
  }

  /**
   * @param open opens the phone, when it is sure that no other station of this configuration runs
   * @throws OffhookError `station-refused` when one does, or when a place to listen is taken
   */
  static async start(
    options: StationOptions,
    open: () => Promise<ServedPhone>,
  ): Promise<Station> {
    const lock = InstanceLock.take(options.lock, { pid: Deno.pid, socket: options.socket });
    let station: Station | undefined;
    try {
      station = new Station(options, await open());
      station.#held.push(() => lock.release());
      await station.#begin();
      return station;
    } catch (error) {
      if (station === undefined) lock.release();
      else await station.stop();
      throw error;
    }
  }

  /** Where clients connect, the Unix socket first. */
  get addresses(): string[] {
    return this.#servers.map((server) => server.address);
  }

  get healthPort(): number | undefined {
    return this.#health?.port;
  }

  /** The truth of now. */
  health(): Health {
    return judge({
      loopLateMs: this.#watch.take(),
      accounts: this.#phone.state.accounts.values(),
      mediaAlive: this.#phone.mediaAlive,
      brokenEndpoints: [...this.#broken.values()],
    });
  }

  /**
   * Takes a changed configuration; one that is wrong changes nothing. Never rejects.
   * @param read the configuration as it is now
   */
  async reload(read: () => Promise<PhoneOptions>): Promise<void> {
    const { log } = this.#options;
    await this.#notify.reloading();
    try {
      await this.#phone.reload(await read());
      log("the configuration was read again");
    } catch (error) {
      const { message, hint } = OffhookError.from(error);
      const advice = hint === undefined ? "" : ` (${hint})`;
      log(`the changed configuration is not used: ${message}${advice}`, { level: "error" });
    }
    await this.#notify.ready(this.#status = this.#describe());
  }

  /** Ends calls, un-registers, and leaves nothing behind. Never rejects. */
  async stop(): Promise<void> {
    await this.#notify.stopping();
    for (const server of this.#servers) await this.#safely(() => server.close());
    await this.#safely(() => this.#phone.close());
    for (const release of this.#held.reverse()) await this.#safely(release);
    this.#watch.close();
    this.#notify.close();
  }

  async #begin(): Promise<void> {
    const options = this.#options;
    this.#openStore();
    const lineOf = eventLog();
    await this.#phone.subscribe((event) => {
      const line = lineOf(event);
      if (line !== undefined) options.log(line.text, line.facts);
      this.#note(event);
    });
    const places: Listen[] = [{ kind: "unix", path: options.socket }, ...options.listen ?? []];
    const station = { name: "offhook", version: options.version, pid: Deno.pid };
    for (const listen of places) {
      const { log } = options;
      this.#servers.push(
        await ControlServer.start({ phone: this.#phone, station, listen, log }),
      );
    }
    if (options.healthPort !== undefined) {
      const health = this.#health = serveHealth(options.healthPort, () => this.health());
      this.#held.push(() => health.close());
    }
    const every = this.#notify.watchdogMs ?? STATUS_MS;
    const beat = setInterval(() => void this.#beat(), every);
    this.#held.push(() => clearInterval(beat));
    await this.#notify.ready(this.#status = this.#describe());
  }

  #openStore(): void {
    const { store, log } = this.#options;
    if (store === undefined) return;
    try {
      mkdirSync(dirname(store), { recursive: true, mode: 0o700 });
      const { history, contacts, notices, close } = openStore({
        path: store,
        mode: "write",
        now: Date.now,
      });
      notices.forEach((notice) => log(notice.message));
      this.#held.push(close);
      this.#phone.provide({ history, contacts });
      const listener = historyLog(history, (error) => {
        log(`history: ${OffhookError.from(error).message}`, { level: "error" });
      });
      void this.#phone.subscribe(listener);
      this.#forgetOldCalls(history);
    } catch (error) {
      log(`no history is kept: ${OffhookError.from(error).message}`, { level: "error" });
    }
  }

  #forgetOldCalls(history: History): void {
    const { historyDays, historyCalls: keep, log } = this.#options;
    if (historyDays === undefined && keep === undefined) return;
    const forget = () => {
      const before = historyDays === undefined ? {} : { before: Date.now() - historyDays * DAY_MS };
      try {
        history.prune({ ...before, ...(keep === undefined ? {} : { keep }) });
      } catch (error) {
        log(`history: ${OffhookError.from(error).message}`, { level: "error" });
      }
    };
    forget();
    const daily = setInterval(forget, DAY_MS);
    this.#held.push(() => clearInterval(daily));
  }

  #note(event: Sequenced): void {
    if (event.type === "call.endpoint") {
      const key = `${event.call.id} ${event.detail?.endpoint}`;
      if (event.detail?.working === true) this.#broken.delete(key);
      else this.#broken.set(key, `the ${event.detail?.endpoint} of call ${event.call.id}`);
    } else if (event.type === "call.ended") {
      for (const key of this.#broken.keys()) {
        if (key.startsWith(`${event.record.id} `)) this.#broken.delete(key);
      }
    } else if (event.type === "registration" || event.type.startsWith("call.")) {
      void this.#say();
    }
  }

  /** The watchdog is fed only while the phone is truly healthy. */
  async #beat(): Promise<void> {
    const health = this.health();
    if (health.healthy) await this.#notify.watchdog();
    else this.#options.log(`not healthy: ${health.reasons.join("; ")}`, { level: "error" });
    await this.#say();
  }

  async #say(): Promise<void> {
    const status = this.#describe();
    if (status === this.#status) return;
    this.#status = status;
    await this.#notify.status(status);
  }

  #describe(): string {
    const { accounts, calls } = snapshotOf(this.#phone.state);
    const registered = accounts.filter(({ registration }) => registration.state === "registered");
    return `${registered.length} of ${accounts.length} accounts registered, ${calls.length} calls`;
  }

  async #safely(run: () => void | Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#options.log(`while ending: ${OffhookError.from(error).message}`);
    }
  }
}
