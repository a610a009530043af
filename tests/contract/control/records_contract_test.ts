/** History, contacts, devices and the ladder: the same in process and over a socket. */
import assert from "node:assert/strict";
import { LocalPhone } from "../../../src/control/local/local_phone.ts";
import { METHODS } from "../../../src/control/contract/methods.ts";
import type { MethodName, Phone } from "../../../src/control/contract/phone.ts";
import type {
  Contact,
  ContactCard,
  ContactFilter,
  Providers,
} from "../../../src/control/contract/records.ts";
import { OffhookError } from "../../../src/base/errors.ts";
import { historyLog } from "../../../src/station/history/history_log.ts";
import { OwnRecords } from "../../../src/station/records/own_records.ts";
import { SipLog } from "../../../src/station/log/sip_log.ts";
import { openStore } from "../../../src/store/store.ts";
import { describeHeadset } from "../../../src/station/desk/describe_headset.ts";
import { agreeableCore } from "../../fakes/agreeable_core.ts";
import { FakeHidDevice } from "../../fakes/hid/hid_backend.ts";
import { overSocket } from "../../fakes/served_phone.ts";
import { checkedPhone } from "../../support/checked_phone.ts";
import { type HidLayout, layout } from "../../fixtures/hid_layouts.ts";

const ENDPOINT = {
  transport: "udp",
  local: { host: "127.0.0.1", port: 5060 },
  remote: { host: "192.0.2.1", port: 5060 },
} as const;

const CONTACT: Contact = {
  id: "zoe-1",
  name: "Zoë Ångström",
  givenName: "Zoë",
  familyName: "Ångström",
  organisation: "Example",
  addresses: [{ value: "sip:zoe@example.test", labels: ["work"], preferred: true }],
  groups: ["friends"],
  note: "likes tea",
  favourite: true,
};

interface Scene {
  phone: Phone;
  local: LocalPhone;
}

/** Run by {@link OwnRecords}, too. */
const STORE_ONLY = new Set([
  "contacts are kept, found, named, changed and forgotten",
  "a contact that was removed comes back whole by an import of its card",
  "every contact comes in pages that fit into a message",
]);

function contract(
  name: string,
  run: (scene: Scene) => Promise<void>,
  withProviders = true,
): void {
  if (STORE_ONLY.has(name)) {
    Deno.test(`records of the store alone: ${name}`, async () => {
      const folder = await Deno.makeTempDir();
      const path = `${folder}/history.db`;
      const own = new OwnRecords({ path, now: () => 0, notice: assert.fail });
      try {
        // What is asked of it is in the store: it needs no more of a phone.
        await run({ phone: checkedPhone(own as unknown as Phone) } as Scene);
      } finally {
        await own.close();
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
  for (const remote of [false, true]) {
    Deno.test(`records ${remote ? "over a socket" : "in process"}: ${name}`, async () => {
      const core = agreeableCore();
      const local = new LocalPhone(core, () => Promise.resolve());
      const store = openStore({ path: ":memory:", mode: "write", now: () => 0 });
      if (withProviders) local.provide(providersOf(store));
      await local.subscribe(historyLog(store.history, (error) => assert.fail(String(error))));
      const attached = remote ? await overSocket(local) : { phone: local, close: async () => {} };
      try {
        await run({ phone: checkedPhone(attached.phone), local });
      } finally {
        await attached.close();
        core.close();
        store.close();
      }
    });
  }
}

function providersOf({ history, contacts }: ReturnType<typeof openStore>): Providers {
  const log = new SipLog();
  const authorization = 'Authorization: Digest username="a", nonce="n", response="secret"';
  const text = `INVITE sip:600@x SIP/2.0\r\nCall-ID: abc\r\nCSeq: 1 INVITE\r\n${authorization}\r\n`;
  log.take({ time: 5, direction: "out", ...ENDPOINT, text });
  log.take({
    time: 6,
    direction: "in",
    ...ENDPOINT,
    text: "SIP/2.0 200 OK\r\ni: abc\r\nCSeq: 1 INVITE\r\n\r\n",
  });
  log.take({
    time: 7,
    direction: "in",
    ...ENDPOINT,
    text: "OPTIONS sip:x SIP/2.0\r\nCall-ID: d\r\n",
  });
  return {
    history,
    contacts,
    ladder: ({ sipCallId }) => ({ messages: log.ladder(sipCallId) }),
    devices: () => Promise.resolve({ backend: "none", devices: [] }),
    headsets: headsetsOf(layout(1)),
  };
}

function headsetsOf(kind: HidLayout): NonNullable<Providers["headsets"]> {
  const headsets = [describeHeadset(new FakeHidDevice("/dev/hidraw0", kind).describe(), [])];
  let on = true;
  return {
    list: () => ({ headsets, on }),
    use: (wanted) => Promise.resolve(void (on = wanted)),
  };
}

function fits(method: MethodName, { seq: _, ...result }: { seq: number }): void {
  METHODS[method].result.parse(result);
}

contract("headsets are listed and switched off", async ({ phone }) => {
  const list = await phone.request("headsets", {});
  fits("headsets", list);
  assert.deepEqual([list.on, list.headsets[0]?.inputs.hookSwitch], [true, "absolute"]);
  await phone.request("headsets.use", { on: false });
  assert.equal((await phone.request("headsets", {})).on, false);
});

contract("a call is in the history from its first moment", async ({ phone }) => {
  const { call } = await phone.request("dial", { target: "sip:bob@example.test" });
  const live = await phone.request("history", {});
  assert.deepEqual(live.records.map(({ id, outcome }) => [id, outcome]), [[call, null]]);
  await phone.request("hangup", { call });
  const page = await phone.request("history", { limit: 1, direction: "outgoing" });
  assert.equal(page.records[0]?.outcome, "answered");
  fits("history", page);
});

contract("contacts are kept, found, named, changed and forgotten", async ({ phone }) => {
  const added = await phone.request("contacts.add", {
    name: "Zoë Ångström",
    addresses: [{ value: "sip:zoe@example.test" }],
  });
  fits("contacts.add", added);
  const found = await phone.request("contacts.search", { query: "zoe ang" });
  assert.equal(found.hits[0]?.contact.id, added.contact.id);
  fits("contacts.search", found);
  const named = await phone.request("contacts.lookUp", { uri: "sip:zoe@example.test" });
  assert.equal(named.contact?.name, "Zoë Ångström");
  const { id } = added.contact;
  const changed = await phone.request("contacts.update", { id, changes: { favourite: true } });
  assert.equal(changed.contact.favourite, true);
  assert.equal((await phone.request("contacts.remove", { id })).removed, true);
  const nobody = await phone.request("contacts.lookUp", { uri: "sip:zoe@example.test" });
  assert.equal(nobody.contact, undefined);
});

contract(
  "a contact that was removed comes back whole by an import of its card",
  async ({ phone }) => {
    const contact = CONTACT;
    const extra = ["EMAIL:zoe@example.test", "PHOTO:data:image/png;base64,AAAA"];
    await phone.request("contacts.import", { cards: [{ contact, extra }] });
    const removed = await phone.request("contacts.remove", { id: "zoe-1" });
    fits("contacts.remove", removed);
    assert.deepEqual(removed.card, { contact, extra });
    const { added } = await phone.request("contacts.import", { cards: [removed.card!] });
    assert.deepEqual(added, ["zoe-1"]);
    const again = await phone.request("contacts.remove", { id: "zoe-1" });
    assert.deepEqual(again.card, { contact, extra });
    assert.equal((await phone.request("contacts.remove", { id: "zoe-1" })).card, undefined);
  },
);

contract("every contact comes in pages that fit into a message", async ({ phone }) => {
  const photo = `PHOTO:data:image/png;base64,${"A".repeat(50_000)}`;
  const names = Array.from({ length: 30 }, (_, index) => `Ada ${index + 10}`);
  for (const name of names) {
    const contact = { ...CONTACT, id: name, name, favourite: name === "Ada 39" };
    await phone.request("contacts.import", { cards: [{ contact, extra: [photo] }] });
  }
  const cards: ContactCard[] = [];
  let pages = 0;
  for (let cursor = {};; pages++) {
    const page = await phone.request("contacts.export", cursor);
    cards.push(...page.cards);
    if (page.next === null) break;
    cursor = { cursor: page.next };
  }
  assert.ok(pages > 3);
  assert.deepEqual(cards.map(({ contact }) => contact.name), ["Ada 39", ...names.slice(0, -1)]);
  assert.ok(cards.every(({ extra }) => extra[0] === photo));
  const first = await phone.request("contacts.list", { limit: 1 });
  assert.deepEqual([first.contacts[0]?.name, first.next], ["Ada 39", "Ada 39"]);
  const rest = await phone.request("contacts.list", { cursor: "Ada 38" });
  assert.deepEqual([rest.contacts, rest.next], [[], null]);
  const ofOne = async (filter: ContactFilter) =>
    (await phone.request("contacts.list", filter)).contacts.map(({ name }) => name);
  assert.deepEqual(await ofOne({ named: "Ada 12" }), ["Ada 12"]);
  assert.deepEqual(await ofOne({ favourite: true }), ["Ada 39"]);
  assert.deepEqual(await ofOne({ group: "nobody" }), []);
  await assert.rejects(phone.request("contacts.list", { cursor: "gone" }), { code: "usage" });
});

contract("past calls have the names of the address book, and are filtered", async ({ phone }) => {
  const { call } = await phone.request("dial", { target: "sip:bob@example.test" });
  await phone.request("hangup", { call });
  await phone.request("contacts.add", {
    name: "Bobby",
    addresses: [{ value: "sip:bob@example.test" }],
  });
  const { records: [past] } = await phone.request("history", {});
  assert.equal(past?.remote.contact, "Bobby");
  const { account, startedAt } = past!;
  const none = [{ until: startedAt }, { since: startedAt + 1 }, { account: `${account}x` }];
  for (const query of none) {
    assert.deepEqual((await phone.request("history", query)).records, [], JSON.stringify(query));
  }
  const found = await phone.request("history", { account, until: startedAt + 1 });
  assert.equal(found.records.length, 1);
});

contract("the ladder of a call has its messages, without credentials", async ({ phone }) => {
  const ladder = await phone.request("ladder", { sipCallId: "abc" });
  fits("ladder", ladder);
  assert.deepEqual(
    ladder.messages.map(({ direction, summary, cseq }) => [direction, summary, cseq]),
    [
      ["out", "INVITE", "1 INVITE"],
      ["in", "200 OK", "1 INVITE"],
    ],
  );
  assert.ok(!ladder.messages[0]?.text.includes("secret"));
  fits("devices", await phone.request("devices", {}));
});

contract("what a phone does not keep is said", async ({ phone }) => {
  for (const method of ["history", "devices"] as const) {
    await assert.rejects(
      phone.request(method, {}),
      (error: unknown) => error instanceof OffhookError && /keeps no/.test(error.message),
    );
  }
}, false);

contract("a number is dialled on the account's server", async ({ phone }) => {
  const dialled = Promise.withResolvers<string>();
  await phone.subscribe((event) => {
    if (event.type === "call.dialling") dialled.resolve(event.call.remote.uri);
  });
  await phone.request("dial", { target: "030 12-34" });
  assert.equal(await dialled.promise, "sip:0301234@example.test");
  await assert.rejects(phone.request("dial", { target: "no body" }), /cannot be called/);
  for (
    const target of ["tel:+1-800-FLOWERS", "sip:bob@example.test?Replaces=x", "sip:a@b\r\nX: y"]
  ) {
    await assert.rejects(phone.request("dial", { target }), { code: "invalid-target" });
  }
});
