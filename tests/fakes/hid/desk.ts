/** A desk with headsets: the real device host server, wire and core, over a fake HID library. */
import assert from "node:assert/strict";
import type { SoundDevice } from "../../../src/control/contract/records.ts";
import type { MediaEffect } from "../../../src/core/ports/media_port.ts";
import type { PhoneEvent } from "../../../src/core/state/events.ts";
import { initialState } from "../../../src/core/step.ts";
import type { Settings } from "../../../src/core/state/state.ts";
import { KNOWN_QUIRKS } from "../../../src/hid/quirks.ts";
import { SYSTEM_CLOCK } from "../../../src/station/clock.ts";
import { CoreLoop } from "../../../src/station/phone/core_loop.ts";
import {
  type HeadsetSettings,
  PLAIN_HEADSETS,
} from "../../../src/station/desk/headset_settings.ts";
import { Headsets } from "../../../src/station/desk/headsets.ts";
import type { HidLayout } from "../../fixtures/hid_layouts.ts";
import { ACCOUNT, SETTINGS, theirs } from "../../unit/core/scene.ts";
import type { FakeHidDevice } from "./hid_backend.ts";
import { HidHost } from "./hid_host.ts";

export const PATH = "/dev/hidraw7";

export class Desk implements AsyncDisposable {
  readonly host = new HidHost();
  /** Sound devices of the machine. */
  sound: SoundDevice[] = [];
  readonly asked: string[] = [];
  readonly media: MediaEffect[] = [];
  readonly events: PhoneEvent[] = [];
  readonly log: string[] = [];
  readonly core: CoreLoop;
  readonly headsets: Headsets;
  /** What the headsets were set to at first. */
  readonly settings: HeadsetSettings;

  constructor(settings: Partial<HeadsetSettings> = {}, phone: Partial<Settings> = {}) {
    this.core = new CoreLoop(initialState({ ...SETTINGS, ...phone }, [ACCOUNT]), {
      sip: (effect) => this.asked.push(effect.type),
      media: (effect) => {
        this.asked.push(effect.type);
        this.media.push(effect);
        if (effect.type !== "OpenMedia") return;
        this.core.submit({ type: "MediaOpened", call: effect.call, port: 5000, rtcpPort: 5001 });
      },
      headset: ({ state }) => this.headsets.show(state),
    });
    this.settings = { ...PLAIN_HEADSETS, quirks: KNOWN_QUIRKS, ...settings };
    this.core.listen((event) => this.events.push(event as PhoneEvent));
    this.headsets = new Headsets({
      host: {
        socket: () => Promise.resolve(this.host.socket),
        abandon: () => {},
        log: () => Promise.resolve([]),
      },
      clock: SYSTEM_CLOCK,
      soundDevices: () => Promise.resolve(this.sound),
      settings: this.settings,
      notify: (input) => this.core.submit(input),
      log: (text) => this.log.push(text),
    });
  }

  ring(call: string): void {
    this.core.submit({
      type: "IncomingCall",
      call,
      account: "desk",
      sipCallId: "x",
      origin: "server",
      source: "192.0.2.1",
      from: { uri: "sip:bob@example.test" },
      to: { uri: "sip:alice@example.test" },
      offer: theirs(),
      transport: "udp",
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.headsets.stop();
    this.core.close();
    await this.host[Symbol.asyncDispose]();
  }
}

/** Waits for something that another task will make true; fails by the test's own time limit. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export const shows = (device: FakeHidDevice, report: number[] | undefined) => {
  assert.ok(report);
  return until(() => device.lamps.get(report[0]!)?.join() === report.join());
};

export async function attached(desk: Desk, which: HidLayout): Promise<FakeHidDevice> {
  const device = desk.host.backend.plug(PATH, which);
  desk.headsets.start();
  await until(() => device.openers.size > 0);
  return device;
}
