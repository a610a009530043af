/**
 * The headless phone: a phone that others drive through the control API, and that never dies in
 * silence.
 *
 *     lock ─► store ─► phone ─► control socket ─► READY ─► … ─► STOPPING ─► calls ended, released
 *
 * It starts without network and without sound, and picks them up when they come: neither is waited
 * for. A store that cannot be opened costs the history, not the phone.
 */
import type { Health, Sequenced } from "../../control/contract/mod.ts";
import { dirname } from "../../base/path/mod.ts";
import { snapshotOf } from "../../control/local/mod.ts";
import { ControlServer, type Listen } from "../../control/server/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import { InstanceLock } from "./instance_lock.ts";
import { errorLine, type WriteLog } from "../log/mod.ts";
import type { OpenPhone, PhoneOptions } from "../phone/mod.ts";
import { type NotifyEnvironment, SdNotify } from "./sd_notify.ts";
import { Links } from "../network/mod.ts";
import { ServedPlaces, type WantedPlaces } from "./served_places.ts";
import { type Retention, StationStore } from "../records/mod.ts";
import { GRACE_MS, Vitals } from "./vitals.ts";

/** What a changed configuration may change while the station runs. */
export interface StationSettings extends WantedPlaces, Retention {
  /** ms that a registration may be lost before it counts as unhealthy; absent: five minutes. */
  graceMs?: number;
}

export interface StationOptions extends StationSettings {
  version: string;
  /** Path of the control socket. */
  socket: string;
  /** File that makes this the only station of its configuration. */
  lock: string;
  /** SQLite file of the history; absent: none is kept. */
  store?: string;
  notify: NotifyEnvironment;
  /** Folder of the recordings, where clients below admin may have files. */
  recordings?: string;
  /** What else somebody has to mend. */
  trouble?(): string | undefined;
  /** What the system says of its network links (see `Links`); absent: nobody may read it. */
  links?(): Promise<string>;
  log: WriteLog;
}

/** A configuration that was read again. */
export interface Changed {
  phone: PhoneOptions;
  station: StationSettings;
  /** What cannot change while the station runs, a sentence each. */
  waiting: string[];
  /** Done when everything else could be taken. */
  settle(): void;
}

/** ms between two status lines and judgements when nobody asks for a watchdog. */
const STATUS_MS = 5_000;

export class Station {
  readonly #options: StationOptions;
  readonly #phone: OpenPhone;
  readonly #notify: SdNotify;
  readonly #vitals: Vitals;
  readonly #places: ServedPlaces;
  /** Released in reverse order. */
  readonly #held: (() => void | Promise<void>)[] = [];
  #socket: ControlServer | undefined;
  #store: StationStore | undefined;
  #status = "";
  /** What is wrong, as the service manager is told. */
  #unhealthy = "";
  /** What was wrong when it was last logged, without numbers. */
  #sick = "";
  /** Why there is no store although one is wanted. */
  #noStore: string | undefined;
  #reloading: Promise<void> = Promise.resolve();

  private constructor(options: StationOptions, phone: OpenPhone) {
    this.#options = options;
    this.#phone = phone;
    this.#notify = new SdNotify(options.notify, dirname(options.lock));
    // A stall costs one beat of the four that the manager waits for.
    this.#vitals = new Vitals(this.#beatMs);
    this.#places = new ServedPlaces({
      open: (listen) => this.#serve(listen),
      health: () => this.health(),
    });
  }

  /**
   * @param open opens the phone, when it is sure that no other station of this configuration runs
   * @throws OffhookError `station-refused` when one does, or when a place to listen is taken
   */
  static async start(
    options: StationOptions,
    open: () => Promise<OpenPhone>,
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
    return [...this.#socket === undefined ? [] : [this.#socket.address], ...this.#places.addresses];
  }

  get healthPort(): number | undefined {
    return this.#places.healthPort;
  }

  /** The truth of now. */
  health(): Health {
    const { state, mediaAlive, deviceHost, troubles = [] } = this.#phone;
    const more = [this.#noStore ?? this.#store?.trouble, this.#options.trouble?.()];
    return this.#vitals.judge({
      state,
      mediaAlive,
      deviceHost,
      troubles: [...troubles, ...more.flatMap((each) => each ?? [])],
    });
  }

  /**
   * Takes a changed configuration; one that is wrong changes nothing. One after the other, and never
   * rejects.
   * @param read the configuration as it is now
   */
  reload(read: () => Promise<Changed>): Promise<void> {
    return this.#reloading = this.#reloading.then(() => this.#reload(read));
  }

  /** Ends calls, un-registers, and leaves nothing behind. Never rejects. */
  async stop(): Promise<void> {
    await this.#notify.stopping();
    await this.#reloading;
    await this.#safely("ending", async () => await this.#socket?.close());
    await this.#safely("ending", () => this.#places.close());
    await this.#safely("ending", () => this.#phone.close());
    for (const release of this.#held.reverse()) await this.#safely("ending", release);
    this.#vitals.close();
    this.#notify.close();
  }

  async #begin(): Promise<void> {
    const { store, socket } = this.#options;
    if (store !== undefined) this.#openStore(store);
    const { links: read = () => Promise.resolve("") } = this.#options;
    const links = new Links(read, performance.now.bind(performance));
    void links.refresh();
    this.#phone.provide({ health: () => this.health(), links: () => links.now() });
    await this.#phone.subscribe((event) => this.#note(event));
    this.#socket = await this.#serve({ kind: "unix", path: socket });
    await (await this.#places.prepare(this.#options)).commit();
    this.#settle(this.#options);
    // From now on it counts what is not registered.
    this.health();
    const beat = setInterval(() => void this.#beat(), this.#beatMs);
    this.#held.push(() => clearInterval(beat));
    await this.#notify.ready(this.#status = this.#describe());
  }

  /** A store that cannot be opened costs the history, not the phone. */
  #openStore(path: string): void {
    const { log } = this.#options;
    try {
      const store = StationStore.open(path, this.#phone, log);
      this.#store = store;
      this.#held.push(() => store.close());
    } catch (error) {
      this.#noStore = `no history is kept: ${OffhookError.from(error).message}`;
      log(this.#noStore, { level: "error" });
    }
  }

  async #reload(read: () => Promise<Changed>): Promise<void> {
    const { log } = this.#options;
    await this.#notify.reloading();
    try {
      const changed = await read();
      const places = await this.#places.prepare(changed.station);
      try {
        await this.#phone.reload(changed.phone);
      } catch (error) {
        await places.abandon();
        throw error;
      }
      changed.settle();
      this.#settle(changed.station);
      await this.#safely("reopening a place to listen", () => places.commit());
      changed.waiting.forEach((sentence) => log(sentence, { level: "warning" }));
      log("the configuration was read again");
    } catch (error) {
      const why = errorLine(OffhookError.from(error));
      log(`the changed configuration is not used: ${why}`, { level: "error" });
    }
    await this.#notify.ready(this.#status = this.#describe());
  }

  #settle({ graceMs = GRACE_MS, historyDays, historyCalls }: StationSettings): void {
    this.#vitals.graceMs = graceMs;
    this.#store?.keep({
      ...(historyDays === undefined ? {} : { historyDays }),
      ...(historyCalls === undefined ? {} : { historyCalls }),
    });
  }

  #serve(listen: Listen): Promise<ControlServer> {
    const { version, recordings, log } = this.#options;
    return ControlServer.start({
      phone: this.#phone,
      station: { name: "offhook", version, pid: Deno.pid },
      listen,
      recordings,
      log: (text) => log(text, { level: "warning" }),
    });
  }

  get #beatMs(): number {
    return this.#notify.watchdogMs ?? STATUS_MS;
  }

  #note(event: Sequenced): void {
    this.#vitals.note(event);
    if (event.type === "registration" || event.type.startsWith("call.")) void this.#say();
  }

  /** The watchdog is fed while the process itself works, whatever else is wrong: see `health.ts`. */
  async #beat(): Promise<void> {
    const { works, healthy, reasons } = this.health();
    if (works) await this.#notify.watchdog();
    this.#unhealthy = healthy ? "" : reasons.join("; ");
    this.#tell(this.#unhealthy);
    await this.#say();
  }

  /** Once, not at every beat. */
  #tell(sick: string): void {
    // "since 301 s" is no other trouble than "since 302 s".
    const before = this.#sick;
    this.#sick = sick.replaceAll(/\d+ m?s\b/g, "");
    if (this.#sick === before) return;
    const { log } = this.#options;
    if (sick === "") log("healthy again");
    else log(`not healthy: ${sick}`, { level: "error" });
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
    const sick = this.#unhealthy === "" ? "" : `; unhealthy: ${this.#unhealthy}`;
    return `${registered.length} of ${accounts.length} accounts registered, ` +
      `${calls.length} calls${sick}`;
  }

  async #safely(doing: string, run: () => void | Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#options.log(`${doing}: ${OffhookError.from(error).message}`, { level: "error" });
    }
  }
}
