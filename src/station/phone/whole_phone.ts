/**
 * One phone: its parts (`assembly.ts`) behind the interface that every face drives.
 *
 *     Phone ◄─ LocalPhone ◄─ WholePhone ─► Assembly
 */
import { lazily } from "../../base/mod.ts";
import { LocalPhone } from "../../control/local/mod.ts";
import type { Providers } from "../../control/contract/mod.ts";
import type { PhoneState } from "../../core/state/mod.ts";
import type { MediaThread } from "../../media/worker/mod.ts";
import { Assembly } from "./assembly.ts";
import type { OpenPhone, PhoneOptions } from "./phone_options.ts";
import { SharedHistory } from "../history/mod.ts";

/** @throws OffhookError when an address cannot be listened on, or an account makes no sense */
export async function openWholePhone(
  options: PhoneOptions,
  mediaThread?: MediaThread,
): Promise<OpenPhone> {
  const desk = options.headsets &&
    await lazily<typeof import("../desk/mod.ts")>(import.meta.url, "../desk/mod.ts");
  const assembly = new Assembly(options, desk?.DeskDevices, mediaThread);
  try {
    await assembly.listen();
    assembly.start();
  } catch (error) {
    await assembly.close();
    throw error;
  }
  return new WholePhone(assembly, options);
}

class WholePhone extends LocalPhone implements OpenPhone {
  readonly #assembly: Assembly;

  constructor(assembly: Assembly, { history: path, log }: PhoneOptions) {
    super(assembly.core, async () => {
      await assembly.close();
      await history?.close();
    });
    const history = path === undefined ? undefined : new SharedHistory(path, this, log);
    this.#assembly = assembly;
    this.provide(assembly.provided);
  }

  override provide(providers: Providers): void {
    super.provide(providers);
    if (providers.contacts !== undefined) this.#assembly.contacts = providers.contacts;
    const [last] = providers.history?.list({ direction: "outgoing", limit: 1 }).records ?? [];
    if (last === undefined) return;
    const { account, remote } = last;
    this.#assembly.core.submit({ type: "LastDialled", account, target: remote.uri });
  }

  get listening(): OpenPhone["listening"] {
    return this.#assembly.listening;
  }

  get state(): PhoneState {
    return this.#assembly.core.state;
  }

  get mediaAlive(): boolean {
    return this.#assembly.mediaAlive;
  }

  get deviceHost(): string | undefined {
    return this.#assembly.deviceHost;
  }

  get troubles(): readonly string[] {
    return this.#assembly.troubles;
  }

  reload(options: PhoneOptions): Promise<void> {
    return this.#assembly.reload(options);
  }
}
