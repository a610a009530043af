/** A phone whose every result and event is held against its schema in the contract. */
import { event as eventSchema } from "../../src/control/contract/events.ts";
import { METHODS } from "../../src/control/contract/methods.ts";
import type { MethodName, Methods, Phone } from "../../src/control/contract/phone.ts";
import { snapshot as snapshotSchema } from "../../src/control/contract/values.ts";

/** @returns the same phone; a result that does not fit rejects the request */
export function checkedPhone(phone: Phone): Phone {
  return {
    async request<M extends MethodName>(method: M, params: Methods[M]["params"]) {
      const answer = await phone.request(method, params);
      const { seq: _, ...result } = answer;
      METHODS[method].result.parse(result);
      return answer;
    },
    async subscribe(listener, options) {
      const subscription = await phone.subscribe((event) => {
        eventSchema.parse(event);
        listener(event);
      }, options);
      snapshotSchema.parse(subscription.snapshot);
      return subscription;
    },
    audio: (params, listener) => phone.audio(params, listener),
    levels: (listener) => phone.levels(listener),
    close: () => phone.close(),
  };
}
