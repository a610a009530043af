/** The run of `offhook devices test`: what a microphone and a speaker do, in words or JSON. */
import { loadConfig } from "../../../config/file/mod.ts";
import { deviceName, parseMicrophone, parseSpeaker } from "../../../config/values/mod.ts";
import type { DevicesTestReport } from "../../../control/schemas/mod.ts";
import { type ExitCode, OffhookError } from "../../../base/mod.ts";
import type { DeviceTestValues } from "./command.ts";
import { type Io, say, sayJson } from "../../process/mod.ts";

/** Exit status when nothing is heard. */
const FAILED = 10;

export async function runDevicesTest(values: DeviceTestValues, io: Io): Promise<ExitCode> {
  const { environment, cwd } = io;
  const { devices } = (await loadConfig({ path: values.config, environment, cwd })).config;
  const defaults = (names?: string | string[]) => ({
    rate: 16_000,
    loop: false,
    ...(names === undefined ? {} : { device: deviceName(names) }),
  });
  const microphone = parseMicrophone(values.mic ?? "device", defaults(devices.microphone));
  const speaker = parseSpeaker(values.speaker ?? "device", defaults(devices.speaker));
  if (microphone.kind !== "device" || speaker.kind !== "device") {
    throw new OffhookError("usage", "only devices are tested", {
      hint: "For example: offhook devices test --mic device:Jabra --speaker device:Jabra.",
    });
  }
  const { testDevices } = await import("../../../station/phone/test_devices.ts");
  const tell = (words: string) => values.quiet ? Promise.resolve() : say(io, words);
  const tried = { microphone: microphone.name, speaker: speaker.name };
  const report: DevicesTestReport = {
    schema: "offhook.devices-test/1",
    ...await testDevices(tried, tell),
  };
  if (values.json) await sayJson(io, report);
  else if (!values.quiet) await io.stdout.write(testWords(report));
  return report.passed ? 0 : FAILED;
}

function testWords({ microphone, speaker, echo, findings }: DevicesTestReport): string {
  const device = ({ name, rate, passedOver }: DevicesTestReport["speaker"]) =>
    `${name}, ${rate / 1000} kHz` +
    (passedOver.length > 0 ? ` (not there: ${passedOver.join(", ")})` : "");
  const heard = echo.heard
    ? `${echo.levelDb} dB of what is played, after ${echo.latencyMs} ms`
    : "none";
  return [
    `Microphone  ${device(microphone)}`,
    `Speaker     ${device(speaker)}`,
    `Noise       ${microphone.noiseDbfs} dBFS`,
    `Voice       ${microphone.voiceDbfs} dBFS`,
    `Echo        ${heard}`,
    ...findings,
  ].map((line) => `${line}\n`).join("");
}
