/** A network link of the machine. */
import type { z } from "zod";
import type { link } from "./values.ts";

export type NetworkLink = z.infer<typeof link>;
export type NetworkLinkKind = NetworkLink["kind"];
