/**
 * Timers D, I, J and K.
 *
 * What is wrong: they are 0, as for reliable transports only. Over UDP a retransmitted MESSAGE was
 * then delivered twice and a repeated 486 was not acknowledged again. They are set to RFC 3261's values
 * for unreliable transports (§17, table 4), which only keep a finished transaction a little longer on
 * the others.
 */
import { Timers } from "sip.js/lib/core/index.js";

const mutable: Record<string, number> = Timers;
mutable.TIMER_D = 64 * Timers.T1;
mutable.TIMER_I = Timers.T4;
mutable.TIMER_J = 64 * Timers.T1;
mutable.TIMER_K = Timers.T4;
