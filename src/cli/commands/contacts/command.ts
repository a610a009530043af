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
import { lazily } from "../../process/mod.ts";

const station = {
  config: option("--config", file("FILE"), "The station's configuration."),
  socket: option("--socket", file("PATH"), "The station's control socket."),
};

const Output = outputFields;
const WRITING = { Station: station, Output };

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
    "vcard or csv.",
  ),
  ...filter,
};

type Writing = typeof station & typeof outputFields;

export type ContactStationValues = ValuesOf<typeof station>;
export type ListValues = ValuesOf<typeof filter & typeof outputFields>;
export type SearchValues = ValuesOf<typeof search & typeof outputFields>;
export type AddValues = ValuesOf<typeof add & Writing>;
export type EditValues = ValuesOf<typeof edit & Writing>;
export type RemoveValues = ValuesOf<typeof one & Writing>;
export type ImportValues = ValuesOf<typeof importing & Writing>;
export type ExportValues = ValuesOf<typeof exporting>;

const runs = () => lazily<typeof import("./run.ts")>(import.meta.url, "./run.ts");

export const command = defineCommands({
  description:
    "The names of callers come from the address book. When a station is running, it makes the changes.",
  examples: [
    `contacts add "Ada Lovelace" "+44 20 7946 0000"`,
    `contacts edit "Ada Lovelace" --note "afternoons" --favourite yes`,
    "contacts import addresses.vcf",
    "contacts search ada --json | jq -r .address.value",
  ],
}, {
  list: defineSubcommand<typeof filter & typeof outputFields>(
    "List all contacts, favourites first",
    {
      fields: filter,
      shared: { Output },
      run: async (values, { io }) => await (await runs()).list(values, io),
    },
  ),
  search: defineSubcommand<typeof search & typeof outputFields>(
    "List matching contacts, best match first",
    {
      fields: search,
      shared: { Output },
      run: async (values, { io }) => await (await runs()).search(values, io),
    },
  ),
  add: defineSubcommand<typeof add & Writing>("Add a contact", {
    fields: add,
    shared: WRITING,
    run: async (values, { io }) => await (await runs()).add(values, io),
  }),
  edit: defineSubcommand<typeof edit & Writing>(
    "Change a contact; what you do not give stays the same",
    {
      fields: edit,
      shared: WRITING,
      run: async (values, { io }) => await (await runs()).edit(values, io),
    },
  ),
  remove: defineSubcommand<typeof one & Writing>("Remove a contact", {
    fields: one,
    shared: WRITING,
    run: async (values, { io }) => await (await runs()).remove(values, io),
  }),
  import: defineSubcommand<typeof importing & Writing>("Import a vCard or CSV file", {
    fields: importing,
    shared: WRITING,
    run: async (values, { io }) => await (await runs()).importFile(values, io),
  }),
  export: defineSubcommand<typeof exporting>("Export contacts to standard output", {
    fields: exporting,
    run: async (values, { io }) => await (await runs()).exportAll(values, io),
  }),
});
