/** The internal resistor of a GPIO line, as the configuration and the device host name it. Pure. */
import type { Names } from "./names.ts";

export const GPIO_BIASES = ["as-is", "pull-up", "pull-down", "disabled"] as const satisfies Names<
  4
>;
export type GpioBias = (typeof GPIO_BIASES)[number];
