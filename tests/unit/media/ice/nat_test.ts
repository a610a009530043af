/** What STUN servers see of our sockets tells what kind of NAT is between. */
import assert from "node:assert/strict";
import type { IceBase } from "../../../../src/media/transport/ice/candidate.ts";
import { SeenNat } from "../../../../src/media/transport/ice/nat.ts";

function base(address: string, port: number): IceBase {
  return { component: 1, address, port, send: () => {} };
}

const [A, B] = [base("10.0.0.2", 4000), base("10.0.0.3", 4002)];
const OUT = "203.0.113.1";

Deno.test("the kind of NAT, by what each server sees of each socket", () => {
  type Seen = [IceBase, string, number];
  const table: [string, Seen[], string | undefined][] = [
    ["nobody answered", [], undefined],
    ["no NAT", [[A, "10.0.0.2", 4000]], "none"],
    ["no NAT, two sockets", [[A, "10.0.0.2", 4000], [B, "10.0.0.3", 4002]], "none"],
    ["one server", [[A, OUT, 50_000]], "translated"],
    ["one server, two sockets", [[A, OUT, 50_000], [B, OUT, 50_001]], "translated"],
    ["two servers see the same", [[A, OUT, 50_000], [A, OUT, 50_000]], "endpoint-independent"],
    ["another port for each server", [[A, OUT, 50_000], [A, OUT, 50_007]], "address-dependent"],
    ["another address", [[A, OUT, 50_000], [A, "203.0.113.9", 50_000]], "address-dependent"],
    ["one socket of two", [[A, "10.0.0.2", 4000], [B, OUT, 1]], "translated"],
  ];
  for (const [name, seen, kind] of table) {
    const nat = new SeenNat();
    for (const [socket, address, port] of seen) nat.note(socket, { address, port });
    assert.equal(nat.kind, kind, name);
  }
});
