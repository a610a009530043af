/** Every language says everything, with the same gaps filled in. */
import { LANGUAGES } from "../../../src/base/names/screen_names.ts";
import assert from "node:assert/strict";
import { type ErrorCode, EXIT_CODES } from "../../../src/base/errors.ts";
import { localeOf, wordsFor } from "../../../src/tui/look/strings.ts";
import { de } from "../../../src/tui/look/de.ts";
import { en, type StringKey } from "../../../src/tui/look/en.ts";
import { es } from "../../../src/tui/look/es.ts";
import { width } from "../../../src/tui/look/text.ts";

const gaps = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

Deno.test("every catalogue fills the same gaps, and none is empty", () => {
  for (const catalogue of [de, es]) {
    assert.deepEqual(Object.keys(catalogue).sort(), Object.keys(en).sort());
    for (const key of Object.keys(en) as StringKey[]) {
      assert.notEqual(catalogue[key], "");
      assert.deepEqual(gaps(catalogue[key]), gaps(en[key]), key);
    }
  }
});

Deno.test("a filling that ends with a full stop never makes two", () => {
  for (const language of LANGUAGES) {
    for (const key of Object.keys(en) as StringKey[]) {
      const filling = Object.fromEntries(gaps(en[key]).map((name) => [name, "Acme Inc."]));
      assert.doesNotMatch(wordsFor(language).t(key, filling), /Inc\.\./, `${language} ${key}`);
    }
  }
});

Deno.test("no string of the catalogue is left unused", async () => {
  let source = "";
  const read = async (folder: string) => {
    for await (const entry of Deno.readDir(folder)) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) await read(path);
      else if (!/\/look\/(?:en|de|es)\.ts$/.test(path)) source += await Deno.readTextFile(path);
    }
  };
  await read(new URL("../../../src/tui", import.meta.url).pathname);
  // `silence.${cause}` stands for every key of that form.
  const computed = [...source.matchAll(/`([a-z][\w-]*\.[^`]*)`/g)]
    .map(([, form]) => form!.replace(/\$\{[^}]*\}/g, "*"))
    .filter((form) => /^[\w.*-]+$/.test(form))
    .map((form) => new RegExp(`^${form.replaceAll(".", "\\.").replaceAll("*", "[\\w.-]+")}$`));
  const unused = Object.keys(en).filter((key) =>
    !source.includes(`"${key}"`) && !computed.some((form) => form.test(key))
  );
  assert.deepEqual(unused, []);
});

Deno.test("times and numbers are the locale's", () => {
  const at = Date.UTC(2026, 0, 31, 14, 5);
  assert.equal(wordsFor("de", "de-DE", "UTC").clock(at), "14:05");
  assert.match(wordsFor("en", "en-US", "UTC").clock(at), /02:05\sPM/);
  assert.equal(wordsFor("de", "de-DE").number(3.25, 1), "3,3");
  assert.equal(wordsFor("en").number(3.25, 1), "3.3");
  assert.equal(wordsFor("en").duration(3_723_000), "1:02:03");
  assert.equal(wordsFor("en").duration(9_400), "0:09");
});

Deno.test("the language comes from the environment, a flag before it", () => {
  const of = (variables: Record<string, string>, wanted?: string) =>
    localeOf((name) => variables[name], wanted);
  assert.deepEqual(of({ LANG: "de_AT.UTF-8" }), {
    language: "de",
    locale: "de-AT",
    unicode: true,
  });
  assert.equal(of({ LANG: "de_AT.UTF-8", LC_ALL: "es_ES" }).language, "es");
  assert.equal(of({ LANG: "de_AT.UTF-8" }, "en").language, "en");
  assert.equal(of({ LANG: "C" }).unicode, false);
  assert.equal(of({}).unicode, true);
  assert.equal(of({ LANG: "xx_YY.UTF-8" }).language, "en");
  assert.deepEqual(LANGUAGES, ["en", "de", "es"]);
});

Deno.test("an error of the station is told in the language, and its values stay", () => {
  const error = { code: "busy", message: "sip:bob@x is busy" } as const;
  assert.equal(wordsFor("en").error(error), "sip:bob@x is busy");
  assert.equal(wordsFor("de").error(error), "besetzt: sip:bob@x is busy");
  assert.equal(wordsFor("es").error(error), "ocupado: sip:bob@x is busy");
  const newer = { code: "later" as "busy", message: "new" };
  assert.equal(wordsFor("de").error(newer), "new", "a code of a newer station");
});

Deno.test("every error code has a text in each language but English", () => {
  for (const language of ["de", "es"] as const) {
    for (const code of Object.keys(EXIT_CODES) as ErrorCode[]) {
      const text = wordsFor(language).error({ code, message: "m" });
      assert.match(text, /^[^:]{3,}: m$/, `${language} ${code}`);
      assert.ok(width(text) <= 60, `${language} ${code}: ${text}`);
    }
  }
});
