/** The methods that a provider answers as they are, by what a phone without one has not. */
export const PROVIDED_METHODS = {
  devices: "list of devices",
  ladder: "log of SIP messages",
  ping: "signalling",
} as const;

export type ProvidedMethod = keyof typeof PROVIDED_METHODS;
