/** `offhook contacts list | search | add | edit | remove | import | export`. */
import {
  argument,
  defaulted,
  defineCommands,
  defineSubcommand,
  file,
  flag,
  oneOf,
  option,
  outputFields,
  readWholeNumber,
  text,
  type ValuesOf,
  words,
} from "../../args/mod.ts";
import { lazily } from "../../../base/mod.ts";
import { stationFields } from "../../live/mod.ts";

const SHARED = { Station: stationFields, Output: outputFields };

const filter = {
  group: option("--group", text("GROUP"), "Only contacts of this group."),
  favourites: flag(["--favourites"], "Only favourites."),
};

const search = {
  limit: defaulted(
    "--limit",
    { metavar: "N", read: readWholeNumber(1, 1000), fallback: 20 },
    "Maximum number of results; 20 by default.",
  ),
  text: argument(text("TEXT"), "Part of a name, or digits of a number."),
};

const add = {
  organisation: option("--organisation", text("NAME"), "Where they work."),
  note: option("--note", text("TEXT"), "Anything else."),
  favourite: flag(["--favourite"], "Listed first."),
  name: argument(text("NAME"), "The person's name."),
  addresses: words("NUMBER", "Numbers or SIP URIs."),
};

const one = {
  id: argument(text("CONTACT"), "The contact's id, or its name if only one contact has it."),
};

const edit = {
  name: option("--name", text("NAME"), "New name."),
  organisation: option("--organisation", text("NAME"), "Where they work."),
  note: option("--note", text("TEXT"), "Anything else."),
  favourite: option("--favourite", oneOf("yes|no", ["yes", "no"]), "Whether it is listed first."),
  ...one,
  addresses: words("NUMBER", "Numbers or SIP URIs that replace the present ones."),
};

const importing = { file: argument(file("FILE"), "vCard or CSV, - for standard input.") };

const exporting = {
  format: defaulted(
    "--format",
    { ...oneOf("FORMAT", ["vcard", "csv"]), fallback: "vcard" as const },
    "vcard or csv; vcard by default.",
  ),
  ...filter,
};

type Shared = typeof stationFields & typeof outputFields;

export type ContactListValues = ValuesOf<typeof filter & Shared>;
export type SearchValues = ValuesOf<typeof search & Shared>;
export type AddValues = ValuesOf<typeof add & Shared>;
export type EditValues = ValuesOf<typeof edit & Shared>;
export type RemoveValues = ValuesOf<typeof one & Shared>;
export type ImportValues = ValuesOf<typeof importing & Shared>;
export type ExportValues = ValuesOf<typeof exporting & typeof stationFields>;

const runs = () => lazily<typeof import("./run.ts")>(import.meta.url, "./run.ts");

export const command = defineCommands({
  description:
    "The names of callers come from the address book. When a station is running, its address book is used.",
  examples: [
    `contacts add "Ada Lovelace" "+44 20 7946 0000"`,
    `contacts edit "Ada Lovelace" --note "afternoons" --favourite yes`,
    "contacts import addresses.vcf",
    "contacts search ada --json | jq -r .address.value",
  ],
}, {
  list: defineSubcommand<typeof filter & Shared>(
    "List all contacts, favourites first",
    {
      fields: filter,
      shared: SHARED,
      run: async (values, { io }) => await (await runs()).list(values, io),
    },
  ),
  search: defineSubcommand<typeof search & Shared>(
    "List matching contacts, best match first",
    {
      fields: search,
      shared: SHARED,
      run: async (values, { io }) => await (await runs()).search(values, io),
    },
  ),
  add: defineSubcommand<typeof add & Shared>("Add a contact", {
    fields: add,
    shared: SHARED,
    run: async (values, { io }) => await (await runs()).add(values, io),
  }),
  edit: defineSubcommand<typeof edit & Shared>(
    "Change a contact; what you do not give stays the same",
    {
      fields: edit,
      shared: SHARED,
      run: async (values, { io }) => await (await runs()).edit(values, io),
    },
  ),
  remove: defineSubcommand<typeof one & Shared>("Remove a contact", {
    fields: one,
    shared: SHARED,
    run: async (values, { io }) => await (await runs()).remove(values, io),
  }),
  import: defineSubcommand<typeof importing & Shared>("Import a vCard or CSV file", {
    fields: importing,
    shared: SHARED,
    run: async (values, { io }) => await (await runs()).importFile(values, io),
  }),
  export: defineSubcommand<typeof exporting & typeof stationFields>(
    "Export contacts to standard output",
    {
      fields: exporting,
      shared: { Station: stationFields },
      run: async (values, { io }) => await (await runs()).exportAll(values, io),
    },
  ),
});
