/**
 * Starts the device host when it is first needed, and again after it died.
 *
 *     idle ──socket()──► starting ──listens──► running ──dies──► dead ──socket()──► starting …
 *                            └─ dies, does not listen: socket() throws, with what it printed
 *
 * Lives in the station's main thread. Its own connection keeps the host alive between calls: when the
 * station goes, however it goes, so does the host. The first start after a death is at once; a host
 * that keeps dying is started after growing pauses.
 */
import { OffhookError } from "../../base/mod.ts";
import { type DeviceHostAccess } from "./access.ts";
import { DeviceHostConnection } from "./connection.ts";
import type { DeviceList } from "../wire/mod.ts";
import {
  type HostChild,
  type HostProgram,
  LogTail,
  type StartedHost,
  startHost,
} from "../start/mod.ts";

/** How long a host may take until it listens, unless another time is given. */
const START_LIMIT_MS = 30_000;
const CONNECT_RETRY_MS = 10;
/** Pauses before a start, by the number of hosts that died young one after the other. */
const BACKOFF_MS = [0, 0, 250, 500, 1000, 2000, 5000];
/** A host that lived for so long is not one that dies at every start. */
const HEALTHY_MS = 10_000;
/** How long a host may take to leave by itself. */
const LEAVE_LIMIT_MS = 3_000;
/** Lines of the log that go into an error. */
const ERROR_LINES = 10;

export interface SupervisorOptions extends HostProgram {
  /** Starts the host; absent: as a child of this process. */
  start?(program: HostProgram): Promise<StartedHost>;
  /** ms that a host may take until it listens. */
  startLimitMs?: number;
}

/** One life of the device host. */
interface Incarnation {
  socket: string;
  child: HostChild;
  born: number;
  /** Keeps the host alive. */
  lease: Promise<DeviceHostConnection>;
  dead: boolean;
  died: Promise<void>;
}

export class DeviceHostSupervisor implements DeviceHostAccess {
  readonly #options: SupervisorOptions;
  readonly #log = new LogTail();
  #current: Promise<Incarnation> | undefined;
  #youngDeaths = 0;
  #closed = false;
  #failure: string | undefined;

  constructor(options: SupervisorOptions = {}) {
    this.#options = options;
  }

  async socket(): Promise<string> {
    return (await this.#alive()).socket;
  }

  /** What is plugged in now. @throws OffhookError `device-failed` */
  async listDevices(): Promise<DeviceList> {
    const incarnation = await this.#alive();
    const connection = await incarnation.lease;
    try {
      return await connection.listDevices();
    } catch (error) {
      throw this.#withLog(OffhookError.from(error));
    }
  }

  abandon(socket: string): void {
    this.#current?.then((incarnation) => {
      if (incarnation.socket === socket && !incarnation.dead) kill(incarnation.child);
    }, () => {});
  }

  log(): Promise<string[]> {
    return Promise.resolve(this.#log.last(ERROR_LINES));
  }

  /** Why the last start failed; undefined: it did not, or none was needed yet. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Process id of the host while one runs. */
  async pid(): Promise<number | undefined> {
    const incarnation = await this.#current?.catch(() => undefined);
    return incarnation === undefined || incarnation.dead ? undefined : incarnation.child.pid;
  }

  /** Lets the host go and waits for it, for a bounded time. Idempotent, never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    const current = this.#current;
    this.#current = undefined;
    const incarnation = await current?.catch(() => undefined);
    if (incarnation !== undefined) await this.#dismiss(incarnation);
  }

  async #dismiss(incarnation: Incarnation): Promise<void> {
    (await incarnation.lease.catch(() => undefined))?.close();
    const timer = setTimeout(() => kill(incarnation.child), LEAVE_LIMIT_MS);
    incarnation.child.ref();
    await incarnation.died;
    clearTimeout(timer);
  }

  async #alive(): Promise<Incarnation> {
    if (this.#closed) throw new OffhookError("device-failed", "The device host was closed");
    const incarnation = await this.#current?.catch(() => undefined);
    if (incarnation !== undefined && !incarnation.dead) return incarnation;
    // Of several callers that found it dead, the first starts it again.
    this.#current = this.#restarting ??= this.#start().finally(() => this.#restarting = undefined);
    return await this.#current;
  }

  #restarting: Promise<Incarnation> | undefined;

  async #start(): Promise<Incarnation> {
    const pause = BACKOFF_MS[Math.min(this.#youngDeaths, BACKOFF_MS.length - 1)];
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    const { start = startHost, startLimitMs = START_LIMIT_MS } = this.#options;
    const { child, folder, socket } = await start(this.#options);
    this.#log.follow(child.stdout);
    this.#log.follow(child.stderr);
    const incarnation: Incarnation = {
      socket,
      child,
      born: performance.now(),
      dead: false,
      died: Promise.resolve(),
      lease: Promise.reject(),
    };
    incarnation.lease.catch(() => {});
    incarnation.died = child.status.then(() => this.#bury(incarnation, folder));
    incarnation.lease = connectWhenListening(incarnation, startLimitMs);
    try {
      const lease = await incarnation.lease;
      lease.closed.then(() => lease.hung && kill(child));
      this.#failure = undefined;
      return incarnation;
    } catch (error) {
      kill(child);
      // Otherwise who waits for nothing else is gone before it can be told.
      child.ref();
      await incarnation.died;
      const failed = OffhookError.from(error);
      this.#failure = failed.message;
      throw this.#withLog(failed);
    }
  }

  async #bury(incarnation: Incarnation, folder: string): Promise<void> {
    incarnation.dead = true;
    const young = performance.now() - incarnation.born < HEALTHY_MS;
    this.#youngDeaths = young ? this.#youngDeaths + 1 : 1;
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }

  #withLog(error: OffhookError): OffhookError {
    const log = this.#log.last(ERROR_LINES);
    if (log.length === 0) return error;
    return new OffhookError(error.code, error.message, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      data: { ...error.data, log },
      cause: error,
    });
  }
}

/** @throws OffhookError `device-failed` when it dies or does not listen in time */
async function connectWhenListening(
  incarnation: Incarnation,
  limitMs: number,
): Promise<DeviceHostConnection> {
  while (!incarnation.dead && performance.now() - incarnation.born < limitMs) {
    try {
      return await DeviceHostConnection.connect(incarnation.socket);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, CONNECT_RETRY_MS));
    }
  }
  const what = incarnation.dead ? "died while it started" : "does not start";
  throw new OffhookError("device-failed", `The device host ${what}`);
}

function kill(child: HostChild): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // Gone already.
  }
}
