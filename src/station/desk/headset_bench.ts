/**
 * One headset on the bench of `offhook headset test` and `learn`, through a device host that lives just
 * for it.
 *
 *     openBench(headset) ─► Bench: trial, descriptor ─► close (lamps off)
 */
import { SYSTEM_CLOCK } from "../mod.ts";
import type { Clock } from "../../base/time/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { HeadsetInfo } from "../../control/contract/mod.ts";
import {
  type DeviceHostAccess,
  DeviceHostConnection,
  DeviceHostSupervisor,
} from "../../device_host/client/mod.ts";
import {
  type Behaviour,
  behaviourOf,
  controlsOf,
  encode,
  learn,
  type LearnRecording,
  parseDescriptor,
  type Quirk,
  quirkToJson,
  type ReportDescriptor,
  Trial,
} from "../../hid/mod.ts";
import { IDLE_HEADSET } from "../../core/ports/mod.ts";
import { hexBytes } from "./describe_headset.ts";

export type { LearnRecording };

export interface Bench {
  trial: Trial;
  descriptor: ReportDescriptor;
  behaviour: Behaviour;
  /** Resolves when it is unplugged. */
  gone: Promise<OffhookError>;
  /** Lamps off, everything let go. Never rejects. */
  close(): Promise<void>;
}

export interface BenchOptions {
  /** The host to use; absent: one that lives just for this. */
  host?: DeviceHostAccess;
  clock?: Clock;
}

/**
 * @param path of the device, as it is listed
 * @throws OffhookError `device-not-found`, `device-failed`
 */
export async function openBench(
  path: string,
  quirks: readonly Quirk[],
  { host, clock = SYSTEM_CLOCK }: BenchOptions = {},
): Promise<Bench> {
  const own = host === undefined ? new DeviceHostSupervisor() : undefined;
  const close = async () => {
    connection?.close();
    await own?.close();
  };
  let connection: DeviceHostConnection | undefined;
  try {
    connection = await DeviceHostConnection.connect(await (host ?? own!).socket());
    const device = (await connection.hid.list()).devices.find((each) => each.path === path);
    if (device?.descriptor === undefined || device.descriptor === null) throw absent(path);
    const descriptor = parseDescriptor(hexBytes(device.descriptor));
    const { behaviour } = behaviourOf(device, quirks);
    const controls = controlsOf(descriptor, behaviour);
    const gone = Promise.withResolvers<OffhookError>();
    const handle = await connection.hid.open(path, [...encode(controls, IDLE_HEADSET).values()], {
      report: (report) => trial.take(report),
      failed: (error) => gone.resolve(error),
    });
    const trial: Trial = new Trial(controls, (report) => handle.write(report), clock);
    await trial.light(IDLE_HEADSET);
    return {
      trial,
      descriptor,
      behaviour,
      gone: gone.promise,
      async close() {
        await handle.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * What the recordings teach, as the JSON of a quirk file; undefined when the headset keeps to the rules.
 *
 * @param headset whose ids the quirk is for
 */
export function learnQuirk(
  { descriptor }: Bench,
  recordings: readonly LearnRecording[],
  { name, vendorId, productId }: Pick<HeadsetInfo, "name" | "vendorId" | "productId">,
): { json: Record<string, unknown>; findings: string[] } | undefined {
  const { behaviour, findings } = learn(descriptor, recordings);
  if (findings.length === 0) return undefined;
  const match = { vendorId: parseInt(vendorId, 16), productId: parseInt(productId, 16) };
  const reason = `${name}: ${findings.join(" ")}`;
  return { json: quirkToJson({ match, reason, behaviour }), findings };
}

function absent(path: string): OffhookError {
  return new OffhookError("device-not-found", `The headset ${path} is gone`);
}
