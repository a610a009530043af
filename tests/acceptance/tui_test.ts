/** The phone's screen in a real terminal against the practice PBX: what a person does, and sees. */
import assert from "node:assert/strict";
import { withScratch } from "../peers/scratch.ts";
import { Baresip } from "../peers/baresip.ts";
import { Kamailio } from "../peers/kamailio.ts";
import { spokenWav } from "../peers/spoken_wav.ts";
import { configure, TmuxScreen } from "../peers/tmux_screen.ts";
import { testWith } from "../support/skip.ts";
import { endStation, LIMITS, withPhone } from "./tui_scene.ts";

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
  "for a screen reader: lines only, numbered choices",
  () =>
    withPhone(async ({ screen }) => {
      await screen.start("tui", "--screen-reader");
      await screen.until(/screen-reader mode[^]*registered/);
      await screen.type("600");
      await screen.press("Enter");
      await screen.until(/talking: 600, 0:0\d, OPUS, sound not encrypted/);
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
