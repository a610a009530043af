/** The order in which SRV targets are tried (RFC 2782, "Usage rules"). Pure. */
import type { SrvRecord } from "./resolver.ts";

/**
 * Lowest priority first; within one, records are drawn by weight, and a weight of 0 has a small chance
 * of coming first.
 * @param random uniform in [0, 1)
 */
export function srvOrder(records: SrvRecord[], random: () => number): SrvRecord[] {
  const priorities = [...new Set(records.map((record) => record.priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    drawn(records.filter((record) => record.priority === priority), random)
  );
}

function drawn(records: SrvRecord[], random: () => number): SrvRecord[] {
  // Zero weights go first, so that a draw of 0 takes one of them.
  const left = [...records].sort((a, b) => Math.sign(a.weight) - Math.sign(b.weight));
  const order: SrvRecord[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, record) => sum + record.weight, 0);
    // An integer from 0 to the total, both included, as the RFC words it.
    const draw = Math.floor(random() * (total + 1));
    let running = 0;
    const index = left.findIndex((record) => (running += record.weight) >= draw);
    order.push(...left.splice(index === -1 ? left.length - 1 : index, 1));
  }
  return order;
}
