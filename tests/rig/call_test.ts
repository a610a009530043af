/** A headset in a real call of the real station, with a sound card: guest/call_guest.ts. */
import { rigTest } from "./rig.ts";

await rigTest("a headset in a call, in the rig", "call_guest.ts", {
  needs: ["kamailio", "kamailio-tls", "kamailio-websocket", "baresip", "openssl", "sox", "aplay"],
  steps: 8,
});
