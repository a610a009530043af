/** `offhook contacts list | search | add | edit | remove | import | export`. */
import { merge, object, or } from "@optique/core/constructs";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, command, constant, option } from "@optique/core/primitives";
import type { InferValue } from "@optique/core/parser";
import { string } from "@optique/core/valueparser";
import { type Context, defineCommand, synopsis } from "../../args/command.ts";
import { lazily } from "../../args/lazily.ts";
import { described, outputOptions } from "../../args/options.ts";
import { oneOf, path, wholeNumber, words } from "../../args/values.ts";

const filter = object({
  group: optional(
    option("--group", string({ metavar: "GROUP" }), described("Only contacts of this group.")),
  ),
  favourites: option("--favourites", described("Only favourites.")),
});

const station = object({
  config: optional(option("--config", path("FILE"), described("The station's configuration."))),
  socket: optional(option("--socket", path("PATH"), described("The station's control socket."))),
});

const list = merge(object({ action: constant("list") }), filter, outputOptions);

const search = merge(
  object({
    action: constant("search"),
    text: argument(string({ metavar: "TEXT" }), described("Letters of a name, or digits.")),
    limit: withDefault(
      option("--limit", wholeNumber("N", 1, 1000), described("At most so many; 20 by default.")),
      20,
    ),
  }),
  outputOptions,
);

const add = merge(
  object({
    action: constant("add"),
    name: argument(string({ metavar: "NAME" }), described("The person's name.")),
    addresses: multiple(
      argument(string({ metavar: "NUMBER" }), described("Numbers or SIP URIs.")),
    ),
    organisation: optional(
      option("--organisation", string({ metavar: "NAME" }), described("Where they work.")),
    ),
    note: optional(option("--note", string({ metavar: "TEXT" }), described("Anything else."))),
    favourite: option("--favourite", described("Listed first.")),
  }),
  station,
  outputOptions,
);

const edit = merge(
  object({
    action: constant("edit"),
    id: argument(string({ metavar: "CONTACT" }), described("Its id, or its name if that is one.")),
    addresses: multiple(
      argument(string({ metavar: "NUMBER" }), described("Instead of those that it has.")),
    ),
    name: optional(option("--name", string({ metavar: "NAME" }), described("Another name."))),
    organisation: optional(
      option("--organisation", string({ metavar: "NAME" }), described("Where they work.")),
    ),
    note: optional(option("--note", string({ metavar: "TEXT" }), described("Anything else."))),
    favourite: optional(
      option("--favourite", oneOf("yes|no", ["yes", "no"]), described("Whether it is first.")),
    ),
  }),
  station,
  outputOptions,
);

const remove = merge(
  object({
    action: constant("remove"),
    id: argument(string({ metavar: "CONTACT" }), described("Its id, or its name if that is one.")),
  }),
  station,
  outputOptions,
);

const importing = merge(
  object({
    action: constant("import"),
    file: argument(path("FILE"), described("vCard or CSV, - for standard input.")),
  }),
  station,
  outputOptions,
);

const exporting = merge(
  object({
    action: constant("export"),
    format: withDefault(
      option("--format", oneOf("FORMAT", ["vcard", "csv"]), described("vcard or csv.")),
      "vcard" as const,
    ),
  }),
  filter,
);

function one(name: string) {
  return { usageLine: synopsis(name) };
}

const parser = or(
  command("list", list, { brief: words("All of them, favourites first"), ...one("[OPTIONS]") }),
  command("search", search, { brief: words("Those that fit, best first"), ...one("TEXT") }),
  command("add", add, { brief: words("Keep a new one"), ...one("[OPTIONS] NAME [NUMBER...]") }),
  command("edit", edit, {
    brief: words("Change one; what is not named stays"),
    ...one("[OPTIONS] CONTACT [NUMBER...]"),
  }),
  command("remove", remove, { brief: words("Forget one"), ...one("CONTACT") }),
  command("import", importing, { brief: words("Take in a file"), ...one("FILE") }),
  command("export", exporting, { brief: words("Write them out"), ...one("[OPTIONS]") }),
);

export type ContactsValues = InferValue<typeof parser>;
export type AddValues = InferValue<typeof add>;
export type EditValues = InferValue<typeof edit>;
export type RemoveValues = InferValue<typeof remove>;
export type ImportValues = InferValue<typeof importing>;
export type ExportValues = InferValue<typeof exporting>;
export type ListValues = InferValue<typeof list>;
export type SearchValues = InferValue<typeof search>;
export type ContactStationValues = InferValue<typeof station>;

export const contacts = defineCommand({
  name: "contacts",
  brief: "list, search, add, edit, remove, import, export: the address book",
  synopsis: "list|search|add|edit|remove|import|export [OPTIONS]",
  description: "Names of callers come from here. A running station does the writing.",
  examples: [
    `contacts add "Ada Lovelace" "+44 20 7946 0000"`,
    `contacts edit "Ada Lovelace" --note "afternoons" --favourite yes`,
    "contacts import addresses.vcf",
    "contacts search ada --json | jq -r .address.value",
  ],
  parser,
  async run(values: ContactsValues, { io }: Context) {
    const { runContacts } = await lazily<typeof import("./run_contacts.ts")>(
      import.meta.url,
      "./run_contacts.ts",
    );
    return await runContacts(values, io);
  },
});
