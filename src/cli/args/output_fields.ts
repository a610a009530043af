/** What commands write, and how much: flags of nearly all of them. */
import { flag } from "./fields.ts";

export const jsonFields = { json: flag(["--json"], "One JSON object on standard output.") };

export const outputFields = {
  ...jsonFields,
  quiet: flag(["-q", "--quiet"], "No words except errors."),
};
