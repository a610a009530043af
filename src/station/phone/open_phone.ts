/** Opens one phone: its media thread reads its modules while this one reads those of the phone. */
import { lazily } from "../../base/mod.ts";
import type { OpenPhone, PhoneOptions } from "./phone_options.ts";

/** @throws OffhookError when an address cannot be listened on, or an account makes no sense */
export async function openPhone(options: PhoneOptions): Promise<OpenPhone> {
  // A command that only registers takes no call, and needs no thread for it.
  const thread = options.maxCalls > 0 ? await startMediaThread() : undefined;
  const { openWholePhone } = await lazily<typeof import("./whole_phone.ts")>(
    import.meta.url,
    "./whole_phone.ts",
  );
  return await openWholePhone(options, thread);
}

async function startMediaThread() {
  const { startThread } = await lazily<typeof import("../../media/worker/thread.ts")>(
    import.meta.url,
    "../../media/worker/thread.ts",
  );
  return startThread();
}
