/** The phone's screen in a real terminal against the practice PBX: what a person does, and sees. */
import assert from "node:assert/strict";
import { PracticePbx } from "../../src/lab/practice_pbx.ts";
import { type Scratch, withScratch } from "../peers/scratch.ts";
import { Baresip } from "../peers/baresip.ts";
import { Kamailio } from "../peers/kamailio.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { pause } from "../support/pause.ts";
import { configure, TmuxScreen } from "../peers/tmux_screen.ts";
import { testWith } from "../support/skip.ts";

const LIMITS = { timeout: 120_000 };

interface Scene {
  screen: TmuxScreen;
  scratch: Scratch;
}

/** A practice PBX, and a terminal whose configuration has an account there. */
async function withPhone(run: (scene: Scene) => Promise<void>): Promise<void> {
  await withScratch(async (scratch) => {
    const pbx = await PracticePbx.start({
      listen: [{ transport: "udp", host: "127.0.0.1", port: 0 }],
      users: new Map([["alice", "alice"]]),
      log: () => {},
    });
    scratch.defer(() => pbx.close());
    configure(
      scratch,
      `[accounts.work]
user = "alice"
server = "127.0.0.1:${pbx.listening[0]!.port}"
transport = "udp"
password_env = "ALICE"
[audio]
mic = "voice"
speaker = "null"
`,
    );
    const screen = await TmuxScreen.open(scratch, {
      env: { ALICE: "alice", DBUS_SESSION_BUS_ADDRESS: "" },
    });
    scratch.defer(() => endStation(scratch));
    await run({ screen, scratch });
  });
}

function stationPid(scratch: Scratch): number | undefined {
  try {
    const lock = Deno.readTextFileSync(scratch.file("runtime_dir/offhook/default/station.lock"));
    return Number(JSON.parse(lock).pid);
  } catch {
    return undefined;
  }
}

/** Whatever a failed test left running. */
function endStation(scratch: Scratch): void {
  const pid = stationPid(scratch);
  if (pid === undefined) return;
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

testWith(
  ["tmux"],
  "place, send digits, mute, hold, transfer and hang up from the hints alone",
  () =>
    withPhone(async ({ screen }) => {
      await screen.start();
      await screen.until(/✓ alice registered[^]*station was started in the background[^]*q quit/);
      await screen.type("602");
      await screen.until(/Dial › 602[^]*Enter dial/);
      await screen.press("Enter");
      await screen.until(/TALKING +602[^]*x hang up +m mute +h hold/);
      await screen.press("d");
      await screen.until(/Send digits to 602/);
      await screen.type("12#");
      await screen.until(/sent: 12#/);
      await screen.press("Escape");
      await screen.until(/DTMF +sent 12# +got 12#/);
      await screen.press("m");
      await screen.until(/you .*MUTED[^]*m unmute/);
      await screen.press("m");
      await screen.until(/you .*dB/);
      await screen.press("h");
      await screen.until(/ON HOLD +602[^]*h resume/);
      await screen.press("M-u");
      await screen.until(/TALKING +602[^]*Undone/);
      await screen.press("t");
      await screen.until(/Transfer to › ▏number or name, then Enter/);
      await screen.type("603");
      await screen.until(/Transfer to › 603[^]*Enter transfer there/);
      await screen.press("Enter");
      await screen.until(/Recent calls[^]*602 +answered[^]*602 talks with 603 now: transferred/);
      await screen.type("600");
      await screen.until(/Dial › 600/);
      await screen.press("Enter");
      await screen.until(/TALKING +600[^]*x hang up/);
      await screen.press("x");
      await screen.until(/Recent calls[^]*600 +answered[^]*600: call ended after[^]*q quit/);
      await screen.type("qq");
      await screen.until(/The station has ended\.\s+ended with 0/);
    }),
  LIMITS,
);

testWith(
  ["tmux"],
  "a call that comes in is announced, answered, joined by a second, swapped",
  () =>
    withPhone(async ({ screen }) => {
      await screen.start();
      await screen.until(/✓ alice registered[^]*q quit/);
      await screen.type("620");
      await screen.press("Enter");
      await screen.until(/INCOMING CALL +Practice PBX.*a answer +n decline/);
      await screen.press("a");
      await screen.until(/TALKING +Practice PBX/);
      await screen.paste("600\n");
      await screen.until(/Dial › 600/);
      await screen.press("Enter");
      await screen.until(/TALKING +600[^]*Practice PBX +on hold[^]*x hang up/);
      await screen.press("s");
      await screen.until(/TALKING +Practice PBX[^]*600 +on hold/);
      await screen.press("F8");
      await screen.until(/Practice PBX: resumed/);
      await screen.press("Enter");
      await screen.until(/SIP messages of the call with[^]*INVITE ─+/);
      const raw = screen.raw();
      assert.ok(raw.includes("\u0007"), "the bell rang");
      assert.ok(raw.includes("\u001b]2;Call from Practice PBX\u0007"), "the title says who calls");
      // In tmux a notification is handed through to the terminal outside.
      const notice = "\u001b\u001b]9;offhook: Call from Practice PBX\u0007";
      assert.ok(raw.includes(`\u001bPtmux;${notice}\u001b\\`), "the desktop is told");
    }),
  LIMITS,
);

testWith(
  ["tmux"],
  "resized to 40×12 and back, left and joined again, the call goes on",
  () =>
    withPhone(async ({ screen, scratch }) => {
      await screen.start();
      await screen.until(/✓ alice registered[^]*q quit/);
      await screen.type("600");
      await screen.press("Enter");
      await screen.until(/TALKING +600/);
      await screen.resize(40, 12);
      const small = await screen.until(/TALKING +600 +0:\d\d\n[^]*x hang up/);
      assert.ok(small.split("\n").every((line) => [...line].length <= 40), small);
      await screen.resize(80, 24);
      await screen.until(
        /F2 Phone.*F8 Log[^]*TALKING +600[^]*signalling not encrypted[^]*x hang up/,
      );
      await screen.press("q");
      await screen.until(/A call is on[^]*1, Enter[^]*quit[^]*2 +hang up/);
      await screen.press("1");
      await screen.until(/The station keeps running, with a call[^]*ended with 0/);
      const pid = stationPid(scratch);
      await screen.start("tui");
      await screen.until(/TALKING +600[^]*Joined the station that was running[^]*x hang up/);
      assert.equal(stationPid(scratch), pid);
      await screen.press("q");
      await screen.until(/The station keeps running, with a call[^]*ended with 0/);
      await screen.start("hangup");
      await screen.until(/ended with 0/);
    }),
  LIMITS,
);

testWith(
  ["tmux"],
  "a killed station is shown, started again and joined; a signal restores all",
  () =>
    withPhone(async ({ screen, scratch }) => {
      await screen.start();
      await screen.until(/✓ alice registered[^]*q quit/);
      await screen.type("600");
      await screen.press("Enter");
      await screen.until(/TALKING +600/);
      const pid = stationPid(scratch)!;
      Deno.kill(pid, "SIGKILL");
      await screen.until(/station lost[^]*STATION LOST|station lost/i);
      await screen.until(
        /✓ alice registered[^]*Connected to the station again; earlier calls have ended/,
        25_000,
      );
      assert.notEqual(stationPid(scratch), pid);
      Deno.kill(await screen.program(), "SIGTERM");
      await screen.until(/The station keeps running[^]*ended with 0/);
      const terminal = await screen.replay();
      assert.equal(terminal.buffer.active.type, "normal", "the ordinary screen is back");
      const raw = screen.raw();
      const last = (sequence: string) => raw.lastIndexOf(sequence);
      assert.ok(last("\u001b[?25h") > last("\u001b[?25l"), "the cursor is shown");
      assert.ok(last("\u001b[?2004l") > last("\u001b[?1049h"), "pastes are plain again");
      assert.ok(last("\u001b[23;0t") > last("\u001b[22;0t"), "the title is back");
      await screen.type("stty -a | grep -o -- '-\\?icanon'");
      await screen.press("Enter");
      await screen.until(/\nicanon/);
    }),
  LIMITS,
);

testWith(
  ["tmux"],
  "for a screen reader: lines only, numbered choices",
  () =>
    withPhone(async ({ screen }) => {
      await screen.start("tui", "--screen-reader");
      await screen.until(/screen-reader mode[^]*registered/);
      await screen.type("600");
      await screen.press("Enter");
      await screen.until(/talking: 600, 0:0\d, G722, sound not encrypted/);
      await screen.type("m");
      await screen.press("Enter");
      await screen.until(/600: your microphone is muted/);
      await screen.type("x");
      await screen.press("Enter");
      await screen.until(/600: call ended after/);
      await screen.type("history");
      await screen.press("Enter");
      await screen.until(/\[1\] 600, answered, out[^]*Type 1 to 1 to call/);
      await screen.type("1");
      await screen.press("Enter");
      await screen.until(/Type 1 to 1[^]*talking: 600/);
      await screen.type("q");
      await screen.press("Enter");
      await screen.until(/\[1\] quit[^]*\[2\] hang up[^]*number of your choice/);
      await screen.type("2");
      await screen.press("Enter");
      await screen.until(/The station has ended/);
      assert.ok(!screen.raw().includes("\u001b[?1049h"), "no second screen");
    }),
  LIMITS,
);

testWith(
  ["tmux"],
  "without an account: the practice PBX, or an account tried by registering",
  () =>
    withPhone(async ({ screen, scratch }) => {
      const configured = Deno.readTextFileSync(scratch.file("config_home/offhook/config.toml"));
      const server = /127\.0\.0\.1:\d+/.exec(configured)![0];
      configure(scratch, '[audio]\nmic = "voice"\nspeaker = "null"\n');
      await screen.start();
      await screen.until(/no account yet[^]*1, 2 or 3:/);
      await screen.press("1", "Enter");
      for (
        const [question, answer] of [
          [/SIP server.*:$/, server],
          [/User name.*:$/, "alice"],
          [/Password.*:$/, "wrong"],
          [/Transport.*:$/, "udp"],
        ] as const
      ) {
        await screen.until(question);
        await screen.type(answer);
        await screen.press("Enter");
      }
      await screen.until(/tries again, k keeps/);
      await screen.press("Enter");
      for (
        const [question, answer] of [
          [/tries again[^]*SIP server.*:$/, ""],
          [/tries again[^]*User name.*:$/, ""],
          [/tries again[^]*Password.*:$/, "alice"],
          [/tries again[^]*Transport.*:$/, ""],
        ] as const
      ) {
        await screen.until(question);
        if (answer !== "") await screen.type(answer);
        await screen.press("Enter");
      }
      await screen.until(/✓ alice registered[^]*q quit/, 25_000);
      assert.match(
        screen.raw(),
        /the password is in \S+credentials\.json, which only you can read/,
      );
      assert.equal(
        Deno.statSync(scratch.file("data_home/offhook/credentials.json")).mode! & 0o777,
        0o600,
      );
      const written = Deno.readTextFileSync(scratch.file("config_home/offhook/config.toml"));
      assert.match(written, /mic = "voice"[^]*\[accounts\.default\]/);
      assert.ok(!written.includes('"wrong"') && !written.includes("password"));
      await screen.type("qq");
      await screen.until(/ended with 0/);
    }),
  LIMITS,
);

testWith(
  ["tmux", "kamailio", "baresip", "openssl"],
  "baresip calls through kamailio: answered, muted, recorded, transferred to a third phone",
  () =>
    withScratch(async (scratch) => {
      const [kamailio, says] = await Promise.all([Kamailio.start(scratch), spokenWav()]);
      const [bob, carol] = await Promise.all([
        Baresip.start(scratch, { user: "bob", registrar: kamailio.registrar("bob", "udp"), says }),
        Baresip.start(scratch, {
          user: "carol",
          registrar: kamailio.registrar("carol", "udp"),
          says,
          autoAnswer: true,
        }),
      ]);
      const { address, password } = kamailio.registrar("alice", "udp");
      configure(
        scratch,
        `[accounts.work]
user = "alice"
server = "${address}"
transport = "udp"
password_env = "ALICE"
[audio]
mic = "voice"
speaker = "null"
`,
      );
      const screen = await TmuxScreen.open(scratch, { env: { ALICE: password } });
      scratch.defer(() => endStation(scratch));
      await screen.start();
      await screen.until(/✓ alice registered[^]*q quit/);
      await bob.dial(kamailio.uri("alice"));
      await screen.until(/INCOMING CALL +bob +a answer +n decline/);
      await screen.press("a");
      await screen.until(/TALKING +bob[^]*them +█[^]*sound not encrypted[^]*x hang up/);
      await screen.press("m");
      await screen.until(/you .*MUTED[^]*m unmute/);
      await screen.press("m");
      await screen.until(/you +█.*dB/);
      await screen.press("r");
      await screen.until(/● RECORDING ●[^]*r stop recording/);
      await screen.press("t");
      await screen.until(/Transfer to ›/);
      await screen.type("carol");
      await screen.press("Enter");
      await screen.until(
        /bob (?:talks with carol now: transferred|was transferred to carol) after 0:\d\d[^]*q quit/,
      );
      await carol.waitForEvent("CALL_ESTABLISHED");
      await screen.type("qq");
      await screen.until(/The station has ended\.\s+ended with 0/);
    }),
  LIMITS,
);

testWith(
  ["tmux"],
  "Ctrl-Z and fg, a terminal that goes away, a screen that fails: all is as it was, calls go on",
  () =>
    withPhone(async ({ screen, scratch }) => {
      await screen.run("tests/fakes/broken_screen.ts");
      await screen.until(/TypeError: [^]*ended with 1/);
      assert.equal((await screen.replay()).buffer.active.type, "normal");
      await screen.start();
      await screen.until(/✓ alice registered[^]*q quit/);
      await screen.type("600");
      await screen.press("Enter");
      await screen.until(/TALKING +600/);
      await screen.press("C-z");
      await screen.until(/\[1\]\+ +Stopped[^]*ended with 148[^]*# ?$/);
      assert.equal((await screen.replay()).buffer.active.type, "normal");
      await screen.type("stty -a | grep -o -- '-\\?icanon'; fg");
      await screen.press("Enter");
      await screen.until(/TALKING +600 +0:\d\d[^]*x hang up/);
      assert.match(screen.raw(), /\ricanon\r/);
      const [pid, station] = [await screen.program(), stationPid(scratch)!];
      await screen.hangUp();
      while (await isRunning(pid)) await pause(20);
      assert.ok(await isRunning(station), "the station goes on");
    }),
  LIMITS,
);

testWith(
  ["tmux"],
  "the tour can be walked by what it says, to its end",
  () =>
    withPhone(async ({ screen }) => {
      await screen.start("tour");
      const steps = [
        [/1\/13: Type 600 and press Enter/, "600", "Enter"],
        [/2\/13: [^]*m mutes[^]*x hang up/, "m"],
        [/3\/13: m again/, "m"],
        [/4\/13: h puts the call on hold[^]*TALKING/, "h"],
        [/5\/13: h again[^]*ON HOLD/, "h"],
        [/6\/13: d, then 1 2 3, then Esc[^]*TALKING/, "d", "1", "2", "3"],
        [/sent: 123/, "Escape"],
        [/7\/13: F5 shows how it sounds/, "F5"],
        [/8\/13: x hangs up/, "x"],
        [/9\/13: Type 620 and press Enter[^]*what you hear/, "620", "Enter"],
        [/10\/13: It rings\. a answers[^]*INCOMING CALL.* a answer/, "a"],
        [/11\/13: x hangs up[^]*TALKING[^]*x hang up +m/, "x"],
        [/12\/13: : shows all commands[^]*q quit/, ":"],
        [/Commands/, "Escape"],
        [/13\/13: That is all\. [^]*q quits[^]*Recent calls/, "q"],
      ] as const;
      for (const [says, ...keys] of steps) {
        await screen.until(says);
        await screen.press(...keys);
      }
      await screen.until(/ended with 0/);
    }),
  LIMITS,
);

/** A process that has ended and waits to be taken note of does not run. */
async function isRunning(pid: number): Promise<boolean> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", `${pid}`] })
    .output();
  return /^[^Z\s]/.test(new TextDecoder().decode(stdout));
}

testWith(
  ["tmux"],
  "what is typed while it starts and as calls begin acts on nothing; digits are DTMF",
  () =>
    withPhone(async ({ screen }) => {
      await screen.start();
      await screen.until(/starting a station/);
      for (let key = 0; key < 8; key++) await screen.type("60");
      await screen.until(/✓ alice registered[^]*Dial › (?:60)+▏/);
      assert.doesNotMatch(await screen.text(), /^(?:60)+$/m, "nothing is echoed");
      await screen.press("C-a", "C-k");
      await screen.type("600");
      await screen.press("Enter");
      await screen.until(/TALKING +600/);
      await screen.type("max");
      const text = await screen.until(/TALKING +600[^]*x hang up/);
      assert.doesNotMatch(text, /MUTED/);
      await screen.type("12");
      await screen.until(/DTMF +sent 12/);
      await screen.type("/602");
      await screen.until(/Dial › 602/);
      await screen.press("Enter");
      await screen.until(/TALKING +602[^]*600 +on hold/);
    }),
  LIMITS,
);

testWith(
  ["tmux"],
  "after a storm of sizes, and of text over it, the screen is right",
  () =>
    withPhone(async ({ screen }) => {
      await screen.start();
      await screen.until(/✓ alice registered[^]*q quit/);
      await screen.type("600");
      await screen.press("Enter");
      await screen.until(/TALKING +600[^]*x hang up/);
      for (let step = 0; step < 40; step++) {
        await screen.resize(30 + step * 13 % 120, 10 + step * 7 % 40);
      }
      await screen.resize(80, 24);
      const once = (text: string) => text.split(/TALKING/).length === 2;
      const right = /^offhook [^]*F8 Log\n─+\n.*TALKING +600[^]*Dial ›.*\n.*x hang up.*all keys$/;
      assert.ok(once(await screen.until(right)));
      await screen.scribble("a message of somebody else");
      await screen.until(/somebody else/);
      await screen.press("C-l");
      const text = await screen.until(right);
      assert.ok(once(text) && !text.includes("somebody"), text);
    }),
  LIMITS,
);

testWith(
  ["tmux"],
  "a terminal that cannot move its cursor gets lines",
  () =>
    withPhone(async ({ screen }) => {
      await screen.type("export TERM=dumb");
      await screen.press("Enter");
      await screen.start();
      await screen.until(/screen-reader mode[^]*registered/);
      await screen.type("600");
      await screen.press("Enter");
      await screen.until(/talking: 600/);
      await screen.type("12");
      await screen.press("Enter");
      await screen.until(/sent 12/);
      await screen.type("x");
      await screen.press("Enter");
      await screen.until(/600: call ended after/);
      await screen.type("q");
      await screen.press("Enter");
      await screen.until(/ended with 0/);
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(screen.raw().split("cd ").at(-1)!, /\u001b\[[\d;]*[HJA]/);
    }),
  LIMITS,
);

testWith(
  ["tmux"],
  "a station of somebody else that dies can be started from here",
  () =>
    withPhone(async ({ screen, scratch }) => {
      await screen.start();
      await screen.until(/✓ alice registered[^]*q quit/);
      // Left with a call on, it goes on; who joins it has found it.
      await screen.type("600");
      await screen.press("Enter");
      await screen.until(/TALKING +600[^]*x hang up/);
      await screen.press("q");
      await screen.until(/A call is on/);
      await screen.press("1");
      await screen.until(/ended with 0/);
      const pid = stationPid(scratch)!;
      await screen.start("tui");
      await screen.until(/Joined the station that was running[^]*x hang up/);
      Deno.kill(pid, "SIGKILL");
      await screen.until(/station lost[^]*Enter starts it again[^]*Enter start the station/i);
      await screen.press("Enter");
      await screen.until(
        /✓ alice registered[^]*Connected to the station again; earlier calls have ended/,
        25_000,
      );
      assert.notEqual(stationPid(scratch), pid);
    }),
  LIMITS,
);
