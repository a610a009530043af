/** Reports of test runs, read. */
import assert from "node:assert/strict";
import { readJunit } from "../../../tools/junit.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="4" failures="1" errors="0" time="0.327">
    <testsuite name="./a_test.ts" tests="4" disabled="1" errors="0" failures="1">
        <testcase name="calls &lt;b&gt; [skipped: no the command sipp (Debian: sip-tester)]" classname="./a_test.ts" time="0.000">
            <skipped/>
        </testcase>
        <testcase name="b &gt; step" classname="./a_test.ts" time="0.000">
        </testcase>
        <testcase name="hidden" classname="./a_test.ts" time="0.000">
            <skipped/>
        </testcase>
        <testcase name="c" classname="./a_test.ts" time="0.001">
            <failure message="Uncaught Error: no">Error: no &lt;&amp;&gt; &quot;</failure>
        </testcase>
    </testsuite>
</testsuites>`;

Deno.test("a report gives passes, failures by name and skips with their reasons", () => {
  assert.deepEqual(readJunit(REPORT), {
    passed: 1,
    failed: ["c"],
    skipped: [
      { name: "calls <b>", reason: "no the command sipp (Debian: sip-tester)" },
      { name: "hidden", reason: "ignored in the code, without a reason" },
    ],
    seconds: 0,
  });
});

Deno.test("a report that was never written is empty, not an error", () => {
  assert.deepEqual(readJunit(""), { passed: 0, failed: [], skipped: [], seconds: 0 });
});
