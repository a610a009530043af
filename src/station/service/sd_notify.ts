/**
 * systemd's notification protocol (sd_notify(3)): READY, STATUS, WATCHDOG, STOPPING, by datagrams to
 * the socket that NOTIFY_SOCKET names. Without that variable everything here does nothing.
 */
import { join } from "../../base/path/mod.ts";
import { clean } from "../../base/mod.ts";

/** UTF-16 units: a line of it begins another variable, and a datagram holds only so much. */
const LONGEST_STATUS = 1_000;

export interface NotifyEnvironment {
  /** A path, or `@name` for the abstract namespace. */
  NOTIFY_SOCKET?: string;
  /** µs between which the service manager wants to hear WATCHDOG=1. */
  WATCHDOG_USEC?: string;
}

export class SdNotify {
  /**
   * ms between two watchdog messages: a quarter of what the manager allows, so that one that is
   * withheld is no death; undefined: none wanted.
   */
  readonly watchdogMs: number | undefined;
  readonly #socket: Deno.DatagramConn | undefined;
  readonly #to: Deno.UnixAddr | undefined;
  readonly #own: string | undefined;

  /** @param folder where our own end is made, for as long as it lives; it exists */
  constructor({ NOTIFY_SOCKET, WATCHDOG_USEC }: NotifyEnvironment, folder?: string) {
    if (!NOTIFY_SOCKET) return;
    const path = NOTIFY_SOCKET.startsWith("@") ? `\0${NOTIFY_SOCKET.slice(1)}` : NOTIFY_SOCKET;
    this.#own = join(
      Deno.makeTempDirSync({ ...(folder === undefined ? {} : { dir: folder }), prefix: "notify-" }),
      "socket",
    );
    this.#socket = Deno.listenDatagram({ transport: "unixpacket", path: this.#own });
    this.#to = { transport: "unixpacket", path };
    const usec = Number(WATCHDOG_USEC);
    if (usec > 0) this.watchdogMs = usec / 4_000;
  }

  ready(status: string): Promise<void> {
    return this.#send(`READY=1\nSTATUS=${clean(status, LONGEST_STATUS)}\nMAINPID=${Deno.pid}`);
  }

  status(text: string): Promise<void> {
    return this.#send(`STATUS=${clean(text, LONGEST_STATUS)}`);
  }

  watchdog(): Promise<void> {
    return this.#send("WATCHDOG=1");
  }

  reloading(): Promise<void> {
    return this.#send("RELOADING=1");
  }

  stopping(): Promise<void> {
    return this.#send("STOPPING=1");
  }

  close(): void {
    this.#socket?.close();
    if (this.#own !== undefined) Deno.removeSync(join(this.#own, ".."), { recursive: true });
  }

  /** A manager that does not listen must not stop a phone: failures are dropped. */
  async #send(text: string): Promise<void> {
    if (this.#socket === undefined || this.#to === undefined) return;
    await this.#socket.send(new TextEncoder().encode(text), this.#to).catch(() => {});
  }
}
