/**
 * Groups of flags that several commands share, for those that need the parser library anyway: the
 * fields of `common_fields.ts`. Not on the real-time path.
 */
import { ACCOUNT, accountFields, logFields, tlsFields } from "./common_fields.ts";
import { groupOf, parserOf } from "./field_parser.ts";
import { jsonFields, outputFields } from "./output_fields.ts";
import { words } from "./values.ts";

export function described(sentence: string) {
  return { description: words(sentence) };
}

export const accountOptions = groupOf(ACCOUNT, accountFields);
export const tlsOptions = groupOf("TLS", tlsFields);
export const logOptions = groupOf("Logging", logFields);
export const outputOptions = groupOf("Output", outputFields);
export const jsonOption = parserOf(jsonFields);
