/**
 * What the machine tells the core of its network. Plain JSON; signalling does what follows
 * (`FollowNetwork`), and tells what came of it (`AddressChanged`, `CallAddressChanged`).
 */
export type NetworkInput =
  /** An address, a network or a route came or went; nothing is said of whether it matters to us. */
  | { type: "NetworkChanged" }
  /** The machine slept, or the process stood still: what others remember of us may be gone. */
  | { type: "MachineSlept"; /** About. */ ms: number };
