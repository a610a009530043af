/** The phone as the service around it sees it. */
import type { Phone, Providers } from "../../control/contract/mod.ts";
import type { PhoneState } from "../../core/state/mod.ts";
import type { PhoneOptions } from "./phone_options.ts";

/** What a phone shows of itself. */
export interface LivingPhone {
  readonly state: PhoneState;
  /** Whether the media thread answered when it was last asked. */
  readonly mediaAlive: boolean;
  /** Why the device host cannot be had; absent: it can, or nobody needs it. */
  readonly deviceHost?: string | undefined;
  /** What else somebody has to mend, a sentence each. */
  readonly troubles?: readonly string[];
}

/** The phone that a station serves, with a look at its state for health. */
export interface ServedPhone extends Phone, LivingPhone {
  /** Takes what the station keeps beside the calls. */
  provide(providers: Providers): void;
  /** Takes changed accounts and settings. */
  reload(options: PhoneOptions): Promise<void>;
}
