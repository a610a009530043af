/**
 * Every change to SIP.js 0.21.2 while it runs; importing this module makes them, once.
 *
 * Each file says what is wrong and what is done about it; `tests/unit/sip/overrides_test.ts` has a
 * test for each that fails without it. The files of the library are never edited. What SIP.js's upper
 * layer (`lib/api`: Inviter, Invitation, Registerer, SessionDescriptionHandler) gets wrong is not
 * listed here: we stand on its core (`lib/core`: transactions, dialogs, user agents client and server)
 * and do without that layer.
 */
import "./timers.ts";
import "./transaction_ids.ts";
import "./allowed_methods.ts";
import "./update.ts";
import "./ack_routes.ts";
import "./strict_routes.ts";
import "./dispatch.ts";
