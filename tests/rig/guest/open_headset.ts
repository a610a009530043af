/**
 * Runs in the rig's guest as a process of its own, to be killed or to be refused: prints what is listed
 * of the headset VENDOR PRODUCT and what opening it says, lights its off-hook lamp and stays.
 */
// deno-lint-ignore-file no-console
import { OffhookError } from "../../../src/base/errors.ts";
import { DrivenHeadset, Place } from "./place.ts";

const [vendorId, productId] = Deno.args.map((id) => parseInt(id, 16));
await using place = new Place();
const device = await place.find(vendorId!, productId!);
console.log(JSON.stringify(device));
try {
  const driven = await DrivenHeadset.open(place, device);
  driven.do({ offHook: true });
  await driven.failed.promise;
} catch (error) {
  console.log(JSON.stringify(OffhookError.from(error)));
}
