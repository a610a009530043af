/**
 * Files that a client may name. Who has a token of less than admin is perhaps not somebody who may use
 * this machine: what he names stays in the recordings folder, and overwrites nothing there.
 *
 *     params of a request ─► paths in them ─► inside the folder, absolute │ `station-refused`
 */
import { lstatSync, mkdirSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { OffhookError } from "../../base/mod.ts";

interface FileEndpoint {
  kind: string;
  path?: string;
}

interface FileParams {
  path?: string;
  microphone?: FileEndpoint;
  speaker?: FileEndpoint;
  endpoints?: { microphone?: FileEndpoint; speaker?: FileEndpoint; record?: string };
}

/**
 * The same parameters with every path absolute.
 * @param folder of the recordings; undefined: there is none
 * @throws OffhookError `station-refused` for a path outside, and for a file to write that is there
 */
export function confined<Params extends object>(
  params: Params,
  folder: string | undefined,
): Params {
  const { path, microphone, speaker, endpoints } = params as FileParams;
  const written = (file: string) => unused(inside(file, made(folder)));
  const played = <E extends FileEndpoint>(endpoint: E): E =>
    endpoint.path === undefined ? endpoint : { ...endpoint, path: inside(endpoint.path, folder) };
  const recorded = <E extends FileEndpoint>(endpoint: E): E =>
    endpoint.path === undefined ? endpoint : { ...endpoint, path: written(endpoint.path) };
  const sound = (from: FileParams) => ({
    ...(from.microphone && { microphone: played(from.microphone) }),
    ...(from.speaker && { speaker: recorded(from.speaker) }),
  });
  return {
    ...params,
    ...(path !== undefined && { path: written(path) }),
    ...sound({ ...(microphone && { microphone }), ...(speaker && { speaker }) }),
    ...(endpoints && {
      endpoints: {
        ...endpoints,
        ...sound(endpoints),
        ...(endpoints.record !== undefined && { record: written(endpoints.record) }),
      },
    }),
  };
}

/** The first recording may be one that a client names. */
function made(folder: string | undefined): string | undefined {
  if (folder === undefined) return undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    // Whoever opens the file says why it cannot be.
  }
  return folder;
}

function inside(file: string, folder: string | undefined): string {
  if (folder === undefined) throw refused(file, "this station has no folder for recordings");
  const path = resolve(folder, file);
  if (!isWithin(folder, path) || !isWithin(real(folder), real(dirname(path)), true)) {
    throw refused(file, `it is not in ${folder}`);
  }
  return path;
}

/** A link counts as a file, wherever it points to. */
function unused(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return path;
  throw refused(path, "it is there already");
}

function isWithin(folder: string, path: string, orSame = false): boolean {
  const way = relative(folder, path);
  if (way === "") return orSame;
  return way !== ".." && !way.startsWith("../") && !isAbsolute(way);
}

/** Without links; a folder that is not there has none. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function refused(file: string, why: string): OffhookError {
  return new OffhookError("station-refused", `the file ${file} may not be used: ${why}`, {
    hint: "Name a new file in the recordings folder, or leave it out; admins may use any.",
    data: { path: file },
  });
}
