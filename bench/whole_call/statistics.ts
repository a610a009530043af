/** Percentiles of small samples, and the jitter of a stream of packets. */

export interface Spread {
  median: number;
  p99: number;
  max: number;
  count: number;
}

/** Nearest-rank percentiles. @throws RangeError on an empty sample */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError("no values to take percentiles of");
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  return { median: at(0.5), p99: at(0.99), max: sorted.at(-1)!, count: sorted.length };
}

/** Intervals between consecutive arrivals, ms. */
export function intervals(arrivals: readonly number[]): number[] {
  return arrivals.slice(1).map((at, i) => at - arrivals[i]);
}
