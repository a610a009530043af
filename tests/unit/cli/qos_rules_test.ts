/** The rules that mark what the phone sends, as text; the kernel takes them in tests/interop. */
import assert from "node:assert/strict";
import { qosRules } from "../../../src/cli/commands/config/qos_rules.ts";
import { runCli } from "../../../src/cli/cli.ts";
import { FakeIo } from "../../fakes/fake_io.ts";
import { FakePhone } from "../../fakes/fake_phone.ts";

function portsIn(places: string[]): string {
  return /dport \{ (.*?) \}/.exec(qosRules({ user: "alice", places }))![1]!;
}

Deno.test("signalling is told by its ports: SIP's own, and those of servers and proxies", () => {
  const table: [string[], string][] = [
    [[], "5060, 5061"],
    [["sip.example.com", "192.0.2.7"], "5060, 5061"],
    [["sip.example.com:5080", "[2001:db8::7]:6000", "2001:db8::7"], "5060, 5061, 5080, 6000"],
    [["sip:proxy.example.com:5070;lr"], "5060, 5061, 5070"],
    [["wss://pbx.example.com:8089/ws", "5060:5060"], "5060, 5061, 8089"],
  ];
  for (const [places, ports] of table) assert.equal(portsIn(places), ports, places.join());
});

Deno.test("the web's ports are not marked, and that is said", () => {
  for (
    const place of ["wss://pbx.example.com/ws", "ws://pbx.example.com/", "pbx.example.com:443"]
  ) {
    const rules = qosRules({ user: "alice", places: [place] });
    assert.match(rules, /\{ 5060, 5061 \}/);
    assert.match(rules, /SIP over WebSocket on the web's ports is not marked/);
  }
  assert.doesNotMatch(qosRules({ user: "alice", places: ["pbx"] }), /the web's ports/);
});

Deno.test("both families get both marks, for one user, and a second load replaces the first", () => {
  const rules = qosRules({ user: "alice", places: [] });
  assert.equal(rules.match(/ dscp set ef$/gm)?.length, 2);
  assert.equal(rules.match(/ dscp set af31$/gm)?.length, 4);
  assert.match(rules, /meta skuid != "alice" return/);
  assert.ok(rules.indexOf("delete table") < rules.indexOf("table inet offhook_qos {"));
});

Deno.test("config qos: for who asks or for whom is named, and for no name that is none", async () => {
  const run = async (args: string[], environment: Record<string, string>) => {
    const io = new FakeIo({ environment });
    const { open: openPhone } = new FakePhone();
    const status = await runCli(["config", "qos", ...args], { io, openPhone });
    return { status, text: io.stdout.text, error: io.stderr.text };
  };
  assert.match((await run([], { USER: "alice" })).text, /skuid != "alice"/);
  assert.match((await run(["--as", "offhook"], { USER: "alice" })).text, /skuid != "offhook"/);
  for (const name of ["", 'a" accept; "', "a b", "$(x)"]) {
    const { status, text, error } = await run([`--as=${name}`], {});
    assert.deepEqual([status, text], [2, ""], name);
    assert.match(error, /is not a user name|--as/);
  }
  assert.match((await run([], {})).error, /neither USER nor LOGNAME/);
});
