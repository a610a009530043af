/**
 * The ciphers of the suites. Those of GCM come with node:crypto, which takes its time to load: only a
 * call that may need them has them.
 *
 *     loadCiphers(suites) ─► ciphers ─► ciphers.of(suite, masterKey)
 */
import { type SrtpSuite, SUITE_PARAMETERS } from "../../../core/media/mod.ts";
import { CmCipher } from "./cm_cipher.ts";
import type { MasterKey, PacketCipher } from "./packet_cipher.ts";

export type CreateCipher = (suite: SrtpSuite, master: MasterKey) => PacketCipher;

export async function loadCiphers(suites: readonly SrtpSuite[]): Promise<CreateCipher> {
  const needsGcm = suites.some((suite) => SUITE_PARAMETERS[suite].cipher === "gcm");
  const gcm = needsGcm ? await import("./gcm_cipher.ts") : undefined;
  return (suite, master) => {
    const parameters = SUITE_PARAMETERS[suite];
    return parameters.cipher === "cm"
      ? new CmCipher(master, parameters)
      : gcm!.GcmCipher.of(master);
  };
}
