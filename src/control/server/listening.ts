/**
 * The places that clients of the control API connect to: a Unix socket that is its owner's from its
 * first moment on, or a TCP port.
 */
import { chmodSync, lstatSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { createConnection } from "node:net";
import { dirname, join } from "../../base/path/mod.ts";
import { OffhookError } from "../../base/mod.ts";
import type { Role } from "../../base/names/mod.ts";
import { safeFolder } from "../socket/mod.ts";

export type Listen =
  | { kind: "unix"; path: string }
  | {
    kind: "tcp";
    host: string;
    /** 0: any free port. */
    port: number;
    tokens: ReadonlyMap<string, Role>;
    /** PEM; without it only loopback hosts are listened on. */
    tls?: { cert: string; key: string };
  };

/** @throws OffhookError `station-refused`, `file-unusable` */
export async function bind(http: Server, listen: Listen): Promise<void> {
  const listening = (at: string | { host: string; port: number }) =>
    new Promise<void>((resolve, reject) => {
      http.once("error", (error) => reject(cannotListen(listen, error)));
      http.listen(at, resolve);
    });
  if (listen.kind === "tcp") return await listening({ host: listen.host, port: listen.port });
  if (isTooLong(listen.path)) throw cannotListen(listen, new Error("the path is too long"));
  safeFolder(dirname(listen.path));
  // From its first moment on nobody else may connect: it gets its mode where nobody else comes.
  const hidden = mkdtempSync(`${dirname(listen.path)}/.`);
  try {
    const path = join(hidden, "s");
    await listening(path);
    chmodSync(path, 0o600);
    renameSync(path, listen.path);
  } finally {
    rmSync(hidden, { recursive: true, force: true });
  }
}

function cannotListen(listen: Listen, cause: Error): OffhookError {
  const where = listen.kind === "unix" ? listen.path : `${listen.host}:${listen.port}`;
  const tooLong = listen.kind === "unix" && isTooLong(listen.path);
  const why = tooLong ? "a socket's path has at most 107 bytes" : cause.message;
  return new OffhookError("station-refused", `cannot listen on ${where}: ${why}`, {
    hint: tooLong
      ? "Choose a shorter one with --socket."
      : "Another program may have it; choose another with --socket.",
    data: { where },
    cause,
  });
}

/** The kernel's own limit (unix(7)); it says no more than "invalid argument". */
function isTooLong(path: string): boolean {
  return new TextEncoder().encode(path).length > 107;
}

/** A socket file that nobody listens on any more is removed; a live one is another station's. */
export async function clearStale(path: string): Promise<void> {
  try {
    if (!lstatSync(path).isSocket()) {
      throw new OffhookError("station-refused", `${path} exists and is not a socket`);
    }
  } catch (error) {
    if (error instanceof OffhookError) throw error;
    return;
  }
  if (await answers(path)) {
    throw new OffhookError("station-refused", `a station already listens on ${path}`, {
      hint: "Use it (offhook status), end it, or give another --socket.",
      data: { path },
    });
  }
  rmSync(path, { force: true });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
