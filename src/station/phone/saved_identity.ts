/**
 * Who an account's phone was the last time: its instance (RFC 5626 §4.1) and its local port. A phone that
 * was killed comes back with the same Contact, so that the server sees one phone and not two.
 *
 * A second phone of the same account, at the same time, is another instance: the file's lock, which the
 * kernel drops when its holder dies, tells. Without a folder to write to every start is a new instance.
 */
import { join } from "../../base/path/mod.ts";
import { ownFolder } from "../../control/socket/mod.ts";
import type { Account } from "../../core/account/mod.ts";

const UUID = /^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class SavedIdentity {
  /** `urn:uuid:…` */
  readonly instance: string;
  /** Local port that the phone had: of its UDP socket, or of its TCP or TLS connection. */
  readonly port: number | undefined;
  readonly #file: Deno.FsFile | undefined;

  private constructor(file: Deno.FsFile | undefined, kept: { instance?: string; port?: number }) {
    this.#file = file;
    this.instance = kept.instance ?? `urn:uuid:${crypto.randomUUID()}`;
    this.port = kept.port;
  }

  /** Never throws: what cannot be kept is made anew. */
  static open(folder: string | undefined, account: Account): SavedIdentity {
    const file = folder === undefined ? undefined : lockedFile(folder, account);
    const identity = new SavedIdentity(file, file === undefined ? {} : read(file));
    identity.#write(identity.port);
    return identity;
  }

  /** The port that it has now, for the next time. */
  keepPort(port: number): void {
    this.#write(port);
  }

  close(): void {
    this.#file?.close();
  }

  #write(port: number | undefined): void {
    if (this.#file === undefined) return;
    const text = JSON.stringify({
      instance: this.instance,
      ...(port === undefined ? {} : { port }),
    });
    try {
      this.#file.seekSync(0, Deno.SeekMode.Start);
      this.#file.writeSync(new TextEncoder().encode(text));
      this.#file.truncateSync(text.length);
    } catch {
      // A full disk: the next start is a new instance.
    }
  }
}

function lockedFile(folder: string, { user, server }: Account): Deno.FsFile | undefined {
  const name = `${user}@${server}`.replaceAll(/[^A-Za-z0-9@._-]/g, "_").slice(0, 200);
  try {
    ownFolder(folder);
    const path = join(folder, `${name}.json`);
    const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
    if (file.tryLockSync(true)) return file;
    file.close();
  } catch {
    // No such folder can be had.
  }
  return undefined;
}

function read(file: Deno.FsFile): { instance?: string; port?: number } {
  const bytes = new Uint8Array(1_024);
  try {
    const length = file.readSync(bytes) ?? 0;
    const { instance, port } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, length)));
    const valid = Number.isInteger(port) && port > 0 && port < 65_536;
    return UUID.test(instance) ? { instance, ...(valid ? { port } : {}) } : {};
  } catch {
    return {};
  }
}
