/**
 * A sound card that is open for several users: opened for the first, closed after the last, and what
 * becomes of it told to each. Not on the real-time path.
 */
import type { AudioSink, AudioSource, EndpointEvents } from "../../audio/mod.ts";
import type { OffhookError } from "../../base/mod.ts";

/** The time, in ticks. */
export interface Ticks {
  readonly now: number;
}

/** What a card's owner knows of the others. */
export interface OtherDevices<Shared> {
  /** The last user has left, or it cannot be opened. */
  abandoned(device: Shared): void;
  /** The first one with the same card open: by another name, or itself. */
  first(device: Shared): Shared;
}

/** One open card, and who uses it. */
export abstract class SharedDevice<Device extends AudioSource | AudioSink, User> {
  protected device: Device | undefined;
  protected readonly users = new Map<User, EndpointEvents>();
  protected readonly ticks: Ticks;
  readonly #loading: Promise<Device>;
  readonly #opened: Promise<void>;
  readonly #desk: OtherDevices<SharedDevice<Device, User>>;
  #started = false;
  /** Why it does not work at present. */
  #lost: OffhookError | undefined;

  constructor(
    loading: Promise<Device>,
    ticks: Ticks,
    desk: OtherDevices<SharedDevice<Device, User>>,
  ) {
    this.#loading = loading;
    this.ticks = ticks;
    this.#desk = desk;
    this.#opened = this.#open();
    this.#opened.catch(() => desk.abandoned(this));
  }

  /** Stable id of the card; undefined while it is not open. */
  get card(): string | undefined {
    return this.device?.card;
  }

  /**
   * @returns what the user has joined: another one that has the same card open
   * @throws OffhookError what the device said when it was opened, or when it was lost just now
   */
  async join(user: User, events: EndpointEvents): Promise<this> {
    if (this.#lost !== undefined) throw this.#lost;
    this.users.set(user, events);
    await this.#opened;
    const first = this.#desk.first(this) as this;
    if (first === this || !this.users.has(user)) return this;
    first.users.set(user, events);
    await this.leave(user);
    return first;
  }

  start(): void {
    if (!this.#started) this.device?.start();
    this.#started = true;
  }

  /** Never rejects. */
  async leave(user: User): Promise<void> {
    if (!this.users.delete(user) || this.users.size > 0) return;
    this.#desk.abandoned(this);
    await this.#loading.then((device) => device.close(), () => {});
  }

  async #open(): Promise<void> {
    const device = this.device = await this.#loading;
    await device.open({
      failed: (error) => {
        this.#lost = error;
        for (const events of this.users.values()) events.failed(error);
      },
      restored: () => {
        this.#lost = undefined;
        for (const events of this.users.values()) events.restored();
      },
      ended: () => {},
    });
  }
}
