/** The store of a phone that was killed. */
import assert from "node:assert/strict";
import { openStore } from "../../../src/store/store.ts";
import { sampleCall } from "../../fakes/store/sample_call.ts";
import { named } from "../../fakes/store/sample_contacts.ts";
import { NOON, temporaryStore } from "../../fakes/store/temporary_store.ts";

Deno.test("the store of a killed phone: its live call is ended and said, contacts are there", () => {
  using temporary = temporaryStore();
  const options = { path: temporary.path, mode: "write", now: () => NOON } as const;
  const first = openStore(options);
  first.history.put(sampleCall({ outcome: null, endedAt: null }));
  first.contacts.add(named("Anna", "030 1234567"));
  first.close();

  const reader = openStore({ ...options, mode: "read" });
  assert.equal(reader.history.get("call-1")?.outcome, null, "a reader changes nothing");
  assert.deepEqual(reader.notices, []);
  reader.close();

  const second = openStore({ ...options, plan: { countryCode: "49", nationalPrefix: "0" } });
  assert.deepEqual(second.notices.map((notice) => notice.kind), ["interrupted"]);
  assert.equal(second.history.get("call-1")?.outcome, "answered");
  assert.equal(second.contacts.nameFor("sip:+49301234567@gw"), "Anna");
  second.close();
  second.close();
});
