/**
 * Nothing is exported that nobody imports, and no two types have one name. A test is nobody here: what
 * only tests need is no part of the phone, unless the file needs it itself and exports it to be tested
 * alone.
 */
import assert from "node:assert/strict";
import { Exports } from "../../support/exports.ts";
import { sourcesOf } from "../../support/syntax.ts";

const exports = new Exports(sourcesOf("main.ts", "src", "tests", "tools", "bench"));

/** `src/cli/commands.ts` makes their paths from their names. */
const isCommand = (file: string) => /^src\/cli\/commands\/\w+\/command\.ts$/.test(file);
const inSource = (file: string) => file.startsWith("src/");
const isTest = (file: string) => file.startsWith("tests/") || file.startsWith("bench/");
const folderOf = (file: string) => file.slice(0, file.lastIndexOf("/"));

Deno.test("what a file exports, another file of the phone or a tool imports", () => {
  const found = exports.declared.filter(({ file }) => inSource(file) && !isCommand(file))
    .flatMap((each) => {
      const { file, name, isType, usedAtHome, partOfAnother } = each;
      const importers = exports.importers(file, name).filter((by) => by !== file);
      if (importers.some((by) => !isTest(by))) return [];
      if (isType && partOfAnother) return [];
      if (usedAtHome && importers.length > 0) return [];
      const fault = importers.length > 0
        ? "is used by tests only"
        : usedAtHome
        ? "needs no export"
        : "is used by nobody";
      return [`${file}: ${name} ${fault}`];
    });
  assert.deepEqual(found, []);
});

Deno.test("what a face names, another folder imports", () => {
  const found = exports.passedOn.filter(({ file, name }) =>
    inSource(file) &&
    !exports.importers(file, name).some((by) => !isTest(by) && folderOf(by) !== folderOf(file))
  );
  assert.deepEqual(found.map(({ file, name }) => `${file}: ${name}`), []);
});

/** The same thing at two ends of a wire, or two of one kind that share nothing. */
const SAME_MEANING = new Set([
  "Binding", // of a registration: at the phone, and at the practice PBX
  "Contact", // of the address book: in the store, and in the control API; likewise the next five
  "ContactAddress",
  "ContactCard",
  "ContactDraft",
  "ContactFilter",
  "ContactHit",
  "ReplayWindow", // of SRTP, and of DTLS records
]);

Deno.test("a type's name means one thing", () => {
  const types = exports.declared.filter(({ file, name }) =>
    inSource(file) && /^[A-Z]\w*[a-z]/.test(name) && !SAME_MEANING.has(name)
  );
  const twice = [...Map.groupBy(types, ({ name }) => name)].filter(([, each]) =>
    new Set(each.map(({ file }) => file)).size > 1
  );
  const places = twice.map(([name, each]) => `${name}: ${each.map(({ file }) => file).join(", ")}`);
  assert.deepEqual(places, []);
});
