/** The core as the control API sees it. */
import type { PhoneCommand, PhoneState } from "../../core/state/mod.ts";
import type { Sequenced } from "../contract/mod.ts";

/** The running core, as the control API needs it. */
export interface CommandPort {
  readonly state: PhoneState;
  readonly seq: number;
  /** @returns the seq that the command reached. @throws OffhookError */
  command(command: PhoneCommand): number;
  listen(listener: (event: Sequenced) => void): () => void;
}
