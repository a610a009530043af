/** A running core whose network and media agree to everything at once. */
import type { Account } from "../../src/core/account.ts";
import type { MediaEffect } from "../../src/core/media_port.ts";
import type { SipEffect } from "../../src/core/sip_port.ts";
import { initialState } from "../../src/core/state.ts";
import { CoreLoop } from "../../src/station/core_loop.ts";
import { accepted, ACCOUNT, REPORT, SETTINGS, theirs } from "../unit/core/scene.ts";

/** @param accounts what it has besides `desk` */
export function agreeableCore(accounts: Account[] = []): CoreLoop {
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
      if (effect.type === "OpenMedia") {
        core.submit({ type: "MediaOpened", call, port: 5000, rtcpPort: 5001 });
      }
      if (effect.type === "CloseMedia") core.submit({ type: "MediaClosed", call, report: REPORT });
    },
  });
  return core;
}
