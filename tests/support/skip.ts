/**
 * Tests that need something of the machine: a peer, a library, root, IPv6.
 *
 * A test that cannot run is registered as ignored with the reason in its name, so that the report of
 * `deno test` and the list at the end of `tools/run_tests.ts` both say why; it is never left out.
 */
import { missing, type RequirementName } from "./requirements.ts";

/** Milliseconds that a test may take when it states nothing else. */
const DEFAULT_TIMEOUT_MS = 60_000;

export interface TestLimits {
  /** Milliseconds after which the test has failed, even in a busy loop. */
  timeout?: number;
}

/** What stands between a skipped test's name and its reason; `tools/run_tests.ts` looks for it. */
export const SKIP_MARK = " [skipped: ";

/**
 * Registers a test that runs where everything that it needs is there, and is reported as skipped, with
 * the reason, elsewhere.
 *
 *     testWith(["kamailio", "ipv6"], "registers over IPv6", async () => { … });
 */
export function testWith(
  requirements: readonly RequirementName[],
  name: string,
  run: (t: Deno.TestContext) => void | Promise<void>,
  limits: TestLimits = {},
): void {
  testUnless(missing(requirements), name, run, limits);
}

/**
 * Registers a test as {@link testWith} does, with a reason that the caller found (a build that did not
 * work, a kernel that lacks something); undefined runs the test.
 */
export function testUnless(
  reason: string | undefined,
  name: string,
  run: (t: Deno.TestContext) => void | Promise<void>,
  limits: TestLimits = {},
): void {
  Deno.test({
    name: reason === undefined ? name : `${name}${SKIP_MARK}${reason}]`,
    ignore: reason !== undefined,
    timeout: limits.timeout ?? DEFAULT_TIMEOUT_MS,
    fn: run,
  });
}
