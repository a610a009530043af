/** A screen on a phone that tells nonsense after a moment: drawing throws. For a terminal test. */
import type { CallView, Sequenced } from "../../src/control/contract/phone.ts";
import { openTui } from "../../src/tui/open.tsx";
import { localeOf } from "../../src/tui/look/strings.ts";
import { joinedPhone } from "./joined_phone.ts";

const { phone, joined } = joinedPhone();
let tell: (event: Sequenced) => void = () => {};
const broken = {
  ...joined,
  phone: {
    request: phone.request.bind(phone),
    levels: phone.levels.bind(phone),
    close: phone.close.bind(phone),
    subscribe(listener: typeof tell) {
      tell = listener;
      return phone.subscribe(listener);
    },
  } as unknown as typeof phone,
};
setTimeout(() => {
  // Without its recording: what is drawn of it throws.
  const remote = { uri: "sip:bob@example.test" };
  const call = {
    id: "c1",
    state: "active",
    remote,
    hold: {},
    answeredAt: 1,
    startedAt: 1,
  } as CallView;
  tell({ type: "call.answered", call, seq: 99, at: 1 } as Sequenced);
}, 700);
await openTui({
  join: () => Promise.resolve(broken),
  ownership: "found",
  locale: localeOf(() => undefined),
  theme: "dark",
  ascii: false,
  practice: false,
  environment: () => undefined,
});
