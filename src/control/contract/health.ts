/** How a station is, as `status`, the health port and the service manager are told. */
import type { z } from "zod";
import type { health } from "./values.ts";

/**
 * One reading for all of them; each answers another question. `works` alone feeds the watchdog: what
 * is wrong outside, such as a server or a sound card that is gone, is not mended by a new start, which
 * would end every call.
 */
export type Health = z.infer<typeof health>;
