/**
 * The recipes of docs/*.md, run by bash as they stand there, against the practice PBX and against
 * kamailio with baresip phones.
 */
import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { configSchema } from "../../src/config/schema/schema.ts";
import { PracticePbx } from "../../src/lab/practice_pbx.ts";
import { Baresip } from "../peers/baresip.ts";
import { Kamailio } from "../peers/kamailio.ts";
import { PHONE_COMMAND } from "../peers/phone_program.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import type { RequirementName } from "../support/requirements.ts";
import { testWith } from "../support/skip.ts";
import { toneWav } from "../support/tones.ts";

const ROOT = new URL("../../", import.meta.url);

interface Recipe {
  title: string;
  script: string;
}

/** The `bash` blocks of a page, each with the heading above it. */
function recipesOf(page: string): Recipe[] {
  const text = Deno.readTextFileSync(new URL(`docs/${page}`, ROOT));
  const recipes: Recipe[] = [];
  for (const section of text.split(/^(?=## )/m)) {
    const title = /^## (.*)/.exec(section)?.[1] ?? page;
    for (const [, script] of section.matchAll(/^```bash\n([^]*?)^```$/gm)) {
      recipes.push({ title, script: script! });
    }
  }
  return recipes;
}

/** Who answers the numbers of the recipes: the `host:port` that they call. */
type Place = (scratch: Scratch) => Promise<string>;

async function practicePbx(scratch: Scratch): Promise<string> {
  const pbx = await PracticePbx.start({
    listen: [{ transport: "udp", host: "127.0.0.1", port: 0 }],
    users: new Map([["alice", "alice"]]),
    log: () => {},
  });
  scratch.defer(() => pbx.close());
  return `127.0.0.1:${pbx.listening[0]!.port}`;
}

/** kamailio with a baresip for each number, which do what those of the practice PBX do. */
async function kamailioWithBaresip(scratch: Scratch): Promise<string> {
  const numbers = ["600", "601", "602", "603"];
  const users = Object.fromEntries(["alice", ...numbers].map((user) => [user, user]));
  const kamailio = await Kamailio.start(scratch, { users, refuseCalls: { "610": 486 } });
  const tone = await toneWav(scratch.file("tone.wav"), 1_004);
  await Promise.all(numbers.map(async (user) => {
    const registrar = kamailio.registrar(user, "udp");
    const rings = user === "603";
    const says = user === "600" ? "echo" : tone;
    const phone = await Baresip.start(scratch, { user, registrar, says, autoAnswer: !rings });
    if (rings) void phone.waitForEvent("CALL_INCOMING", 60_000).then(answerLater, () => {});
    function answerLater(): void {
      const timer = setTimeout(() => void phone.answer().catch(() => {}), 1_000);
      scratch.defer(() => clearTimeout(timer));
    }
  }));
  return kamailio.address("udp");
}

/** The environment of a reader: `offhook` on the PATH, somebody to call, folders of their own. */
async function readersPlace(scratch: Scratch, place: Place): Promise<Record<string, string>> {
  const bin = scratch.file("bin");
  await Deno.mkdir(bin);
  await Deno.writeTextFile(
    `${bin}/offhook`,
    `#!/bin/sh\nexec ${PHONE_COMMAND} "$@"\n`,
    { mode: 0o755 },
  );
  return {
    PATH: `${bin}:${Deno.env.get("PATH")}`,
    PBX: await place(scratch),
    HOME: scratch.path,
    XDG_RUNTIME_DIR: scratch.path,
    XDG_STATE_HOME: scratch.file("state"),
    XDG_CONFIG_HOME: scratch.file("config"),
    XDG_DATA_HOME: scratch.file("data"),
    NO_COLOR: "1",
  };
}

async function runInBash(script: string, scratch: Scratch, place: Place): Promise<void> {
  const env = await readersPlace(scratch, place);
  // What a recipe left in the background ends with it.
  const whole =
    `set -e -o pipefail -m\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n${script}`;
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    args: ["--norc", "-c", whole],
    cwd: scratch.path,
    env,
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, `${script}\n${said}`);
}

const PLACES: [name: string, needs: readonly RequirementName[], place: Place][] = [
  ["the practice PBX", [], practicePbx],
  [
    "kamailio and baresip",
    ["kamailio", "kamailio-tls", "kamailio-websocket", "openssl", "baresip"],
    kamailioWithBaresip,
  ],
];

for (const [name, needs, place] of PLACES) {
  for (const { title, script } of recipesOf("scripting.md")) {
    testWith(
      ["sox", "jq", ...needs],
      `docs/scripting.md, ${name}: ${title}`,
      () => withScratch((scratch) => runInBash(script, scratch, place)),
    );
  }

  testWith(
    ["sox", "jq", ...needs],
    `docs/station.md, ${name}: from its start to its end`,
    () =>
      withScratch(async (scratch) => {
        const recipes = recipesOf("station.md");
        assert.ok(recipes.length >= 6);
        await runInBash(recipes.map(({ script }) => script).join("\n"), scratch, place);
      }),
    { timeout: 90_000 },
  );
}

Deno.test("the kiosk's configuration is valid", async () => {
  const text = await Deno.readTextFile(new URL("config/kiosk/station.toml", ROOT));
  const config = configSchema.parse(parse(text));
  assert.deepEqual(config.station.auto_answer, ["reception@sip.example.com"]);
});

Deno.test("the units start, reload and watch what there is", async () => {
  for (const kind of ["system", "user"]) {
    const unit = await Deno.readTextFile(new URL(`config/systemd/${kind}/offhook.service`, ROOT));
    assert.match(unit, /^Type=notify$/m);
    assert.match(unit, /^WatchdogSec=\d+$/m);
    assert.match(unit, /^ExecReload=\/bin\/kill -HUP \$MAINPID$/m);
    assert.match(unit, /^ExecStart=\S+\/bin\/offhook station( --config \S+)?$/m);
  }
});

testWith(["systemd-analyze"], "systemd understands every line of the units", async () => {
  await withScratch(async (scratch) => {
    for (const kind of ["system", "user"]) {
      const unit = await Deno.readTextFile(new URL(`config/systemd/${kind}/offhook.service`, ROOT));
      const here = scratch.file("offhook.service");
      await Deno.writeTextFile(
        here,
        unit.replace(/^ExecStart=.*$/m, "ExecStart=/bin/true").replace(/^User=.*$/m, "")
          .replace(/^Documentation=.*$/m, ""),
      );
      const { stderr } = await new Deno.Command("systemd-analyze", {
        args: ["verify", "--man=no", here],
      }).output();
      const said = new TextDecoder().decode(stderr).split("\n")
        .filter((line) => line.includes("offhook.service"));
      assert.deepEqual(said, [], kind);
    }
  });
});

testWith(["systemd-analyze"], "the system unit is closed to what it does not need", async () => {
  const unit = decodeURIComponent(new URL("config/systemd/system/offhook.service", ROOT).pathname);
  const { stdout, success } = await new Deno.Command("systemd-analyze", {
    // tenths of its ten points of exposure
    args: ["security", "--offline=yes", "--no-pager", "--threshold=25", unit],
  }).output();
  assert.ok(success, new TextDecoder().decode(stdout).split("\n").slice(-3).join("\n"));
});
