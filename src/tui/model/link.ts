/**
 * Keeps a screen joined to its phone.
 *
 *     connect ─► subscribe ─► events … ─► closed ─► (wait) ─► connect ─► …
 *
 * A station that goes away is told as `lost`, tried again, and joined where it was left: events since
 * the last one when it is the same process, a fresh snapshot when it is another.
 */
import type { Phone } from "../../control/contract/mod.ts";
import { type ErrorJson, OffhookError } from "../../base/mod.ts";
import type { Timers } from "./timers.ts";
import type { PhoneNews } from "./phone_model.ts";
import type { Ownership } from "./state.ts";

/** A phone that is joined, and how it ends. */
export interface JoinedPhone {
  phone: Phone;
  /** Resolves when the connection is over; never for a phone in this process. */
  closed: Promise<OffhookError | undefined>;
  /** Same value, same process: its events go on where they were. */
  process: string;
  name: string;
  /** Whose it is, where that has changed since the beginning. */
  ownership?: Ownership;
}

export interface LinkOptions {
  /** @throws OffhookError when there is no phone (yet) */
  join(): Promise<JoinedPhone>;
  news(news: PhoneNews): void;
  /** A phone is joined: for the first time, again, or another one. */
  joined(phone: JoinedPhone, before: JoinedPhone | undefined): void;
  timers: Timers;
}

/** ms between two tries: the first, and the longest after many in vain. */
const RETRY_MS = 300;
const RETRY_MAX_MS = 3_000;

export class Link {
  readonly #options: LinkOptions;
  #joined: JoinedPhone | undefined;
  #last: JoinedPhone | undefined;
  #seq = 0;
  #left = false;
  #stopWaiting: () => void = () => {};

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** The phone, while it is there. */
  get phone(): Phone | undefined {
    return this.#joined?.phone;
  }

  /** Joins now. @throws OffhookError when the first try fails: nothing is waited for then */
  async open(): Promise<void> {
    await this.#join();
  }

  /** There may be a phone again: tries now. */
  hurry(): void {
    this.#stopWaiting();
  }

  /** Leaves; the phone and its calls go on, unless it is in this process. */
  async leave(): Promise<void> {
    this.#left = true;
    this.#stopWaiting();
    await this.#joined?.phone.close().catch(() => {});
  }

  async #join(): Promise<void> {
    const joined = await this.#options.join();
    if (this.#left) return await joined.phone.close();
    const before = this.#last;
    const same = before?.process === joined.process;
    const early: PhoneNews[] = [];
    let live = false;
    const { snapshot, seq } = await joined.phone.subscribe((event) => {
      this.#seq = event.seq;
      if (live) this.#options.news({ type: "event", event });
      else early.push({ type: "event", event });
    }, same ? { since: this.#seq } : {});
    this.#joined = this.#last = joined;
    this.#seq = Math.max(seq, same ? this.#seq : 0);
    this.#tell(early, { type: "attached", snapshot, seq, at: this.#options.timers.now() });
    live = true;
    this.#options.joined(joined, before);
    void this.#watch(joined);
  }

  /** What was missed comes before the snapshot that already contains it. */
  #tell(early: PhoneNews[], attached: PhoneNews): void {
    const { news } = this.#options;
    const reached = attached.type === "attached" ? attached.seq : 0;
    const missed = early.filter((one) => one.type === "event" && one.event.seq <= reached);
    missed.forEach(news);
    news(attached);
    early.slice(missed.length).forEach(news);
  }

  async #watch(joined: JoinedPhone): Promise<void> {
    const error = await joined.closed;
    if (this.#left || this.#joined !== joined) return;
    this.#joined = undefined;
    this.#lost(error?.toJSON() ?? { code: "no-station", message: "the station ended" });
    for (let wait = RETRY_MS; !this.#left && this.#joined === undefined; wait *= 1.5) {
      await this.#pause(Math.min(wait, RETRY_MAX_MS));
      if (this.#left) return;
      await this.#join().catch((thrown) => this.#lost(OffhookError.from(thrown).toJSON()));
    }
  }

  #lost(error: ErrorJson): void {
    this.#options.news({ type: "lost", error, at: this.#options.timers.now() });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#options.timers.after(ms, resolve);
      this.#stopWaiting = () => {
        stop();
        resolve();
      };
    });
  }
}
