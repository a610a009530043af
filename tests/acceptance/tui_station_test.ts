/** The screen and what it stands on in a real terminal: its size, its station, its own process; how it begins and ends. */
import assert from "node:assert/strict";
import { pause } from "../support/pause.ts";
import { configure } from "../peers/tmux_screen.ts";
import { testWith } from "../support/skip.ts";
import { isRunning, LIMITS, stationPid, withPhone } from "./tui_scene.ts";

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
