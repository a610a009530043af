/** The internal resistor of a GPIO line, as the configuration and the device host name it. Pure. */

export const GPIO_BIASES = ["as-is", "pull-up", "pull-down", "disabled"] as const;
export type GpioBias = (typeof GPIO_BIASES)[number];
