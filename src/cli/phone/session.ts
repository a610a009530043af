/**
 * One command's time with a phone: its events from the beginning, and the signals that end it.
 *
 *     subscribe ─► (early events kept) ─► listen ─► …        SIGINT ─► interruption
 */
import type { Phone, Sequenced, Snapshot } from "../../control/contract/mod.ts";
import type { Account, AccountId } from "../../core/account/mod.ts";
import type { AudioEndpoints } from "../../core/ports/mod.ts";
import type { Interrupts, ListeningPhone } from "../process/mod.ts";
import type { StationPipes } from "../pipe/mod.ts";

export interface CommandSession {
  readonly phone: Phone;
  /** What was going on when the session began. */
  readonly snapshot: Snapshot;
  /** Rejects when the phone is gone, which only a station's can be. Never resolves. */
  readonly lost: Promise<never>;
  /** Every event from the opening on; what came before the first listener is kept for it. */
  listen(listener: (event: Sequenced) => void): void;
  readonly interrupted: boolean;
  /** Resolves at the first SIGINT, SIGTERM or SIGHUP. */
  readonly interruption: Promise<void>;
}

/** A session with what the command line says about the phone. */
export interface PhoneSession extends CommandSession, PhoneSetup {}

export interface PhoneSetup {
  /** The account that was asked for; absent: the phone chooses. */
  readonly account?: AccountId;
  readonly sound: CallSound;
  /** Present when the phone ends with this command. */
  readonly own?: { phone: ListeningPhone; /** The one that was chosen. */ account?: Account };
}

/** The sound of the calls that a command makes or takes. */
export interface CallSound {
  /** Absent: the phone's, because nothing was asked for. */
  endpoints?: AudioEndpoints;
  /** Of this process, to calls that a station holds. */
  pipes?: StationPipes;
  /** Standard output carries what is heard. */
  onStdout: boolean;
}

/** The events of a phone from now on, for one listener at a time. */
export async function sessionOf(
  phone: Phone,
  interrupts: Interrupts,
  setup: PhoneSetup = { sound: { onStdout: false } },
  lost: Promise<never> = new Promise(() => {}),
): Promise<PhoneSession> {
  const early: Sequenced[] = [];
  let listener: (event: Sequenced) => void = (event) => early.push(event);
  const { snapshot } = await phone.subscribe((event) => listener(event));
  return {
    ...setup,
    phone,
    snapshot,
    lost,
    listen(next) {
      for (const event of early.splice(0)) next(event);
      listener = next;
    },
    get interrupted() {
      return interrupts.happened;
    },
    interruption: interrupts.promise,
  };
}
