/**
 * The run of `offhook demo`: proves the echo, then, on a terminal, stays on the line with it.
 *
 *     practice PBX ─► register ─► call, voice out, voice back ─► report
 *                                           └─ on a terminal ─► a second call, on the screen
 */
import type { DemoReport } from "../../../control/schemas/mod.ts";
import type { AudioEndpoints } from "../../../core/ports/mod.ts";
import { type ErrorJson, type ExitCode, OffhookError } from "../../../base/mod.ts";
import type { PracticeLine } from "../../../lab/mod.ts";
import { loadConfig } from "../../../config/file/mod.ts";
import { callReport } from "../../call/mod.ts";
import { openLogAs, openTrace, sessionOf } from "../../phone/mod.ts";
import type { Context } from "../../args/mod.ts";
import type { DemoValues } from "./command.ts";
import { errorLines, interruptsOf, type Io, say, sayJson } from "../../process/mod.ts";

const VOICE: AudioEndpoints = { microphone: { kind: "voice" }, speaker: { kind: "null" } };
const CARD: AudioEndpoints = { microphone: { kind: "device" }, speaker: { kind: "device" } };
const ECHO = "600";

export async function runDemo(values: DemoValues, { io }: Context): Promise<ExitCode> {
  const { openPracticeLine } = await import("../../../lab/practice_line.ts");
  const trace = values.trace === undefined ? undefined : await openTrace(values.trace, io);
  const log = await openLogAs(values, io);
  const interrupts = interruptsOf(io);
  let line: PracticeLine | undefined;
  try {
    line = await openPracticeLine({
      transport: "udp",
      endpoints: VOICE,
      log: log.write,
      ...(trace === undefined ? {} : { trace: trace.sink }),
    });
    const session = await sessionOf(line.phone, interrupts);
    const report = await Promise.race([prove(line), session.interruption]);
    if (!report) return 130;
    await tell(report, values, io);
    const stays = io.stdinIsTty && io.stdout.isTty && !values.json && report.ok;
    if (!stays) return report.ok ? 0 : 9;
    await line.phone.request("dial", {
      target: line.uriOf(ECHO),
      endpoints: report.sound.card ? CARD : VOICE,
    });
    return await showPhone(line, values, io);
  } finally {
    await line?.close();
    interrupts.close();
    log.close();
    trace?.close();
  }
}

/** The screen on the call, in this process; leaving it ends both. */
async function showPhone({ phone }: PracticeLine, values: DemoValues, io: Io): Promise<ExitCode> {
  const { looksOf, showTui } = await import("../tui/show_tui.ts");
  const { config } = await loadConfig({ environment: io.environment, cwd: io.cwd });
  const joined = {
    phone,
    closed: new Promise<undefined>(() => {}),
    process: "inside",
    name: "practice",
  };
  const join = () => Promise.resolve(joined);
  await showTui(looksOf(values, config), io, { join, ownership: "inside", practice: true });
  return 0;
}

async function prove(line: PracticeLine): Promise<DemoReport> {
  const { demonstrate } = await import("../../../lab/demonstration.ts");
  const [{ registerMs, record, echo }, sound] = await Promise.all([
    demonstrate(line),
    soundCard(),
  ]);
  const call = callReport({ record, security: "none" });
  return { schema: "offhook.demo/1", ok: echo.found, registerMs, call, echo, sound };
}

/** Whether somebody could talk and listen here. */
async function soundCard(): Promise<DemoReport["sound"]> {
  const { listDevices } = await import("../../../station/phone/list_devices.ts");
  const found = await listDevices().catch((thrown): { unavailable: ErrorJson } => ({
    unavailable: OffhookError.from(thrown).toJSON(),
  }));
  if (!("devices" in found)) return { card: false, error: found.unavailable };
  const { devices, unavailable } = found;
  const card = devices.some((device) => device.defaultInput) &&
    devices.some((device) => device.defaultOutput);
  if (card) return { card };
  const error = unavailable ?? NO_CARD.toJSON();
  return { card, error };
}

const NO_CARD = new OffhookError("device-failed", "there is no sound card", {
  hint: "Plug in a headset, or use a file, a pipe or a tone.",
});

async function tell(report: DemoReport, values: DemoValues, io: Io): Promise<void> {
  if (values.json || !io.stdout.isTty) await sayJson(io, report);
  if (values.json || values.quiet) return;
  const { call, echo, sound } = report;
  await say(io, `registered with the practice PBX in ${report.registerMs} ms`);
  await say(io, `called its echo (${call.remote}, ${call.codec}) in ${call.setupMs} ms`);
  if (echo.found) {
    await say(
      io,
      `the test voice (made by offhook, not recorded) came back after ${echo.delayMs} ms, ` +
        `level ${echo.levelDb} dB`,
    );
  } else await say(io, "offhook: the voice that was sent did not come back");
  if (sound.error === undefined) return;
  const [first = "", ...rest] = errorLines(OffhookError.fromJSON(sound.error));
  await say(io, `${first.replace(/^offhook: |\.$/g, "")}; the test voice is used instead`);
  for (const text of rest) await say(io, text);
}
