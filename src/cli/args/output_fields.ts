/** What commands write, and how much: flags of nearly all of them. */
import { flag } from "./fields.ts";

export const jsonFields = { json: flag(["--json"], "Print one JSON object on standard output.") };

export const outputFields = {
  ...jsonFields,
  quiet: flag(["-q", "--quiet"], "Print no messages except errors."),
};
