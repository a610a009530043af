/** A phone in process that a screen can join: a core whose network agrees to everything. */
import { LocalPhone } from "../../src/control/local/local_phone.ts";
import { keepRecords } from "../../src/station/records/keep_records.ts";
import type { JoinedPhone } from "../../src/tui/model/link.ts";
import { agreeableCore } from "./agreeable_core.ts";

export function joinedPhone() {
  const core = agreeableCore();
  const phone = new LocalPhone(core, () => Promise.resolve());
  const forget = keepRecords(phone);
  const joined: JoinedPhone = {
    phone,
    closed: new Promise(() => {}),
    process: "test",
    name: "test",
  };
  return {
    core,
    phone,
    joined,
    close() {
      core.close();
      forget();
    },
  };
}
