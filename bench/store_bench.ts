/**
 * The store where a person or a call waits for it: searching and looking up among 10,000 contacts,
 * writing a call, listing a history of 100,000.
 */
import { Contacts } from "../src/store/contacts/contacts.ts";
import { type ContactCard, toContact } from "../src/store/contacts/contact.ts";
import { ContactDirectory } from "../src/store/contacts/directory.ts";
import { openDatabase } from "../src/store/database/database.ts";
import { readVCards } from "../src/store/exchange/vcard_read.ts";
import { writeVCards } from "../src/store/exchange/vcard_write.ts";
import { History } from "../src/store/history/history.ts";
import { sampleCall } from "../tests/fakes/store/sample_call.ts";

const CONTACTS = 10_000;
const CALLS = 100_000;
const FIRST = ["Anna", "Bernd", "Çağla", "Dörte", "Émile", "Gisela", "Hans", "Łukasz", "Øyvind"];
const LAST = ["Müller", "Schmidt", "Fischer", "Ågren", "O'Brien", "Núñez", "Kowalski"];
const PLAN = { countryCode: "49", nationalPrefix: "0" };

function someCards(): ContactCard[] {
  return Array.from({ length: CONTACTS }, (_, n) => ({
    contact: toContact(`id-${n}`, {
      name: `${FIRST[n % FIRST.length]} ${LAST[n % LAST.length]} ${n}`,
      organisation: `Firma ${n % 100}`,
      addresses: [
        { value: `+49 30 ${1_000_000 + n * 37}`, labels: ["work"] },
        { value: `sip:u${n}@pbx.example.com` },
      ],
    }),
    extra: [],
  }));
}

const folder = Deno.makeTempDirSync({ prefix: "offhook-bench-" });
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const open = (name: string) =>
  openDatabase({ path: `${folder}/${name}`, mode: "write", now: Date.now }).database;

const cards = someCards();
const contacts = new Contacts(open("contacts.db"), { plan: PLAN });
contacts.import(cards);

const QUERIES = ["a", "mul", "müller anna", "anml", "030 1234", "firma 12", "zzqx"];
for (const query of QUERIES) {
  Deno.bench({
    name: `search "${query}"`,
    group: `search of ${CONTACTS} contacts`,
    fn: () => void contacts.search(query),
  });
}

let caller = 0;
Deno.bench({
  name: "name of a caller",
  group: "look up",
  fn: () => void contacts.nameFor(`sip:+49301${String(caller++ % 1_000_000).padStart(6, "0")}@gw`),
});

Deno.bench({
  name: `index ${CONTACTS} contacts`,
  group: "whole address book",
  n: 10,
  warmup: 1,
  fn: () => {
    const directory = new ContactDirectory(PLAN);
    for (const { contact } of cards) directory.set(contact);
  },
});
Deno.bench({
  name: `import of ${CONTACTS} that are there already`,
  group: "whole address book",
  n: 5,
  warmup: 1,
  fn: () => void contacts.import(cards),
});
const file = writeVCards(cards);
Deno.bench({
  name: `read ${CONTACTS} vCards`,
  group: "whole address book",
  n: 5,
  warmup: 1,
  fn: () => void readVCards(file),
});

const historyDatabase = open("history.db");
const history = new History(historyDatabase);
historyDatabase.transaction(() => {
  for (let n = 0; n < CALLS; n++) {
    const direction = n % 3 === 0 ? "incoming" : "outgoing";
    history.put(sampleCall({ id: `${n}`, startedAt: n * 60_000, direction }));
  }
});

let call = CALLS;
Deno.bench({
  name: "write one call",
  group: "history",
  fn: () => history.put(sampleCall({ id: `${call}`, startedAt: call++ * 60_000 })),
});
Deno.bench({ name: "newest 50", group: "history", fn: () => void history.list() });
Deno.bench({
  name: `text that none of ${CALLS} calls has`,
  group: "history",
  n: 10,
  warmup: 1,
  fn: () => void history.list({ remote: "nobody" }),
});
Deno.bench({
  name: "integrity check, as after a crash",
  group: "history",
  n: 5,
  warmup: 1,
  fn: () => void historyDatabase.pragma("integrity_check(1)"),
});
