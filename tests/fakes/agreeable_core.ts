/**
 * A running core whose network and media agree to everything at once: except to sound cards, which
 * it has none of, and to recordings in the folder /none.
 */
import type { Account } from "../../src/core/account/account.ts";
import type { MediaEffect } from "../../src/core/ports/media_port.ts";
import type { SipEffect } from "../../src/core/ports/sip_port.ts";
import { initialState } from "../../src/core/step.ts";
import { CoreLoop } from "../../src/station/phone/core_loop.ts";
import { accepted, ACCOUNT, REPORT, SETTINGS, theirs } from "../unit/core/scene.ts";

/** @param accounts what it has besides `desk` */
const NO_FILE = { code: "file-unusable", message: "there is no such folder" } as const;
const NO_DEVICE = { code: "device-not-found", message: "there is no such device" } as const;

/** @param onMedia sees every effect for media, before it is agreed to */
export function agreeableCore(
  accounts: Account[] = [],
  onMedia: (effect: MediaEffect) => void = () => {},
): CoreLoop {
  const core: CoreLoop = new CoreLoop(initialState(SETTINGS, [ACCOUNT, ...accounts]), {
    sip: (effect: SipEffect) => {
      if (effect.type === "SendInvite") core.submit(accepted(effect.call) as never);
      if (effect.type === "SendBye") {
        core.submit({ type: "CallEnded", call: effect.call, by: "local", reason: "" });
      }
      if (effect.type === "SendReinvite") {
        const direction = effect.offer?.direction === "sendonly" ? "recvonly" : "sendrecv";
        core.submit({
          type: "OfferAccepted",
          call: effect.call,
          description: theirs({ direction }),
        });
      }
    },
    media: (effect: MediaEffect) => {
      const { call } = effect;
      onMedia(effect);
      if (effect.type === "OpenMedia") {
        core.submit({ type: "MediaOpened", call, port: 5000, rtcpPort: 5001 });
      }
      if (effect.type === "RecordMedia") {
        if (effect.path?.startsWith("/none/")) {
          core.submit({ type: "EndpointFailed", call, endpoint: "record", error: NO_FILE });
        } else core.submit({ type: "RecordingSettled", call });
      }
      if (effect.type === "UseEndpoints") {
        if (effect.microphone?.kind === "device") {
          core.submit({ type: "EndpointFailed", call, endpoint: "microphone", error: NO_DEVICE });
        }
        if (effect.microphone) {
          core.submit({ type: "EndpointRestored", call, endpoint: "microphone" });
        }
        if (effect.speaker) core.submit({ type: "EndpointRestored", call, endpoint: "speaker" });
      }
      if (effect.type === "CloseMedia") core.submit({ type: "MediaClosed", call, report: REPORT });
    },
  });
  return core;
}
