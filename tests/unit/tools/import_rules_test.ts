/** The import rules catch what they should, and pass the rest. */
import assert from "node:assert/strict";
import { checkFile } from "../../../tools/import_rules.ts";

/** Rules that a file with this text breaks, as `line: rule`. */
const breaches = (file: string, text: string): string[] =>
  checkFile(file, text).map(({ line, rule }) => `${line}: ${rule}`);

const ALLOWED: [file: string, text: string][] = [
  ["main.ts", `import { run } from "./src/cli/mod.ts";`],
  ["src/cli/dial.ts", `import { validate } from "../control/schemas/mod.ts";`],
  ["src/cli/dial.ts", `const { start } = await import("../station/station.ts");`],
  ["src/cli/dial.ts", `import type { Station } from "../station/mod.ts";`],
  ["src/sip/library/agent.ts", `import { UserAgent } from "sip.js";`],
  ["src/sip/library/a/b.ts", `import { Timers } from "sip.js/lib/core/timers.js";`],
  ["src/sip/agent/agent.ts", `import { createSocket } from "node:dgram";`],
  ["src/media/graph.ts", `import type { Source } from "../audio/mod.ts";`],
  ["src/audio/card.ts", `import { DeviceHostClient } from "../device_host/client/mod.ts";`],
  ["src/audio/card.ts", `import { encode } from "../device_host/wire/mod.ts";`],
  ["src/station/station.ts", `import { Agent } from "../sip/mod.ts";`],
  ["src/lab/pbx.ts", `import { UdpTransport } from "../sip/transport/mod.ts";`],
  ["src/core/step.ts", `// Deno.exit and setTimeout have no place here\nimport "./call.ts";`],
  ["src/base/clock.ts", `  setTimeout(callback: () => void, ms: number): unknown;`],
  ["src/core/loop.ts", `const timer = clock.setTimeout(run, 20);`],
  ["src/sip/call/a.ts", `import { b } from "./b.ts";`],
  ["src/sip/call/a.ts", `import { c } from "../mod.ts";`],
  ["src/sip/a.ts", `const { c } = await import("./call/c.ts");`],
  ["src/core/step.ts", ` * see import("../sip/agent.ts") and Date.now`],
];

const REFUSED: [file: string, text: string, rule: RegExp][] = [
  ["main.ts", `import { Station } from "./src/station/station.ts";`, /^1: main.ts imports only/],
  [
    "src/core/step.ts",
    `import { Agent } from "../sip/agent.ts";`,
    /^1: src\/core may import only base/,
  ],
  ["src/core/step.ts", `\nimport { join } from "node:path";`, /^2: src\/core imports nothing of/],
  ["src/core/step.ts", `import { z } from "zod";`, /^1: zod is imported only in src\/config/],
  ["src/core/step.ts", `const now = Date.now();`, /^1: src\/core is pure/],
  ["src/core/step.ts", `const timer = setTimeout(run, 20);`, /^1: src\/core is pure/],
  ["src/core/step.ts", `const id = Math.random();`, /^1: src\/core is pure/],
  ["src/core/step.ts", `type E = import("../media/x.ts").E;`, /^1: src\/core may import only/],
  ["src/sip/sdp.ts", `import type { Codec } from "../media/codec.ts";`, /^1: src\/sip may import/],
  ["src/media/rtp.ts", `export {\n  a,\n} from "../sip/a.ts";`, /^3: src\/media may import/],
  [
    "src/media/rtp.ts",
    `import { x } from "../device_host/client/connection.ts";`,
    /^1: src\/media may import/,
  ],
  [
    "src/audio/card.ts",
    `import { x } from "../device_host/main.ts";`,
    /of device_host only client, wire/,
  ],
  [
    "src/cli/dial.ts",
    `import { start } from "../station/station.ts";`,
    /^1: .* only when it is used/,
  ],
  ["src/cli/dial.ts", `import { x } from "../sip/uri.ts";`, /^1: src\/cli may import/],
  ["src/cli/dial.ts", `Deno.exit(1);`, /^1: only main.ts ends the process/],
  ["src/station/a.ts", `import { UserAgent } from "sip.js";`, /^1: sip.js is imported only/],
  ["src/sip/call/a.ts", `import type { URI } from "sip.js";`, /only in src\/sip\/library$/],
  ["src/sip/library_b/a.ts", `import { URI } from "sip.js";`, /only in src\/sip\/library$/],
  ["src/station/a.ts", `import { UserAgent } from "npm:sip.js@0.21.2/lib/x.js";`, /^1: sip.js is/],
  ["src/station/a.ts", `import chalk from "chalk";`, /^1: no folder owns the package chalk/],
  ["src/station/a.ts", `import { x } from "../../tests/fakes/x.ts";`, /^1: src imports only src/],
  ["src/sip/call/a.ts", `import { b } from "../dialog/b.ts";`, /^1: src\/sip\/dialog is entered/],
  ["src/sip/call/a.ts", `import type { B } from "../b.ts";`, /^1: src\/sip is entered through/],
  ["src/sip/a.ts", `export { b } from "./call/b.ts";`, /^1: src\/sip\/call is entered through/],
  ["main.ts", `import { runCli } from "./src/cli/cli.ts";`, /^1: src\/cli is entered through/],
  ["src/video/a.ts", `import { x } from "../core/x.ts";`, /^1: src\/video has no line/],
];

Deno.test("the arrows and packages that the design allows pass", () => {
  for (const [file, text] of ALLOWED) {
    assert.deepEqual(breaches(file, text), [], `${file}: ${text}`);
  }
});

Deno.test("every wrong arrow, package and global is found, with its line", () => {
  for (const [file, text, rule] of REFUSED) {
    const found = breaches(file, text);
    assert.equal(found.length, 1, `${file}: ${text}`);
    assert.match(found[0], rule);
  }
});

Deno.test("a finding says what stands there and what to do instead", () => {
  const [finding] = checkFile("src/sip/sdp.ts", `import { Codec } from "../media/codec.ts";`);
  assert.equal(finding.what, 'import of "../media/codec.ts"');
  assert.match(finding.remedy, /src\/core/);
});
