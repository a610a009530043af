/**
 * The run of `offhook tui`.
 *
 *     station runs ──────────────► join it
 *     no station, an account ────► start one in the background, join it
 *     no station, no account ────► short set-up, or the practice PBX inside
 */
import type { RemotePhone } from "../../../control/client/mod.ts";
import { type ExitCode, OffhookError } from "../../../base/mod.ts";
import type { JoinedPhone } from "../../../tui/model/mod.ts";
import { loadConfig } from "../../../config/file/mod.ts";
import type { Context } from "../../args/mod.ts";
import { type Io, say } from "../../process/mod.ts";
import {
  endProcess,
  isAlive,
  joinStation,
  startStation,
  type StationProcess,
} from "../../station/mod.ts";
import { stationPlace } from "../../live/mod.ts";
import { type Looks, looksOf, showTui } from "./show_tui.ts";
import type { ScreenValues, TuiValues } from "./command.ts";

export async function runTui(values: TuiValues, { io }: Context): Promise<ExitCode> {
  requireTerminal(io);
  return await withoutEcho(io, () => openPhone(values, io));
}

/** What is typed before the screen is there must not stand on it. */
async function withoutEcho(io: Io, run: () => Promise<ExitCode>): Promise<ExitCode> {
  io.echo(false);
  try {
    return await run();
  } finally {
    io.echo(true);
  }
}

async function openPhone(values: TuiValues, io: Io): Promise<ExitCode> {
  const looks = await looksFor(values, io);
  if (values.practice) return await practise(looks, io);
  const { socket } = stationPlace(values, io);
  const args = stationArguments(values);
  const found = await joinStation(socket);
  if (found !== undefined) return await atStation(looks, io, { socket, first: found, args });
  const { config } = await loadConfig({ path: values.config, ...placeOf(io) });
  if (Object.keys(config.accounts).length === 0) {
    const { setUpAccount } = await import("./tui_setup.ts");
    io.echo(true);
    const choice = await setUpAccount(values, io);
    io.echo(false);
    if (choice === "practice") return await practise(looks, io);
    if (choice === "leave") return 0;
  }
  await say(io, "starting a station in the background …");
  const own = await startStation(args, socket, io);
  return await atStation(looks, io, { socket, own, args });
}

/** @throws OffhookError `usage` without a terminal */
function requireTerminal(io: Io): void {
  if (io.stdinIsTty && io.stdout.isTty) return;
  throw new OffhookError("usage", "the phone's screen needs a terminal", {
    hint: "In a script use `offhook dial`, `offhook station` and the commands that drive it.",
  });
}

interface Place {
  socket: string;
  /** Joined already. */
  first?: RemotePhone;
  /** We started it. */
  own?: StationProcess;
  /** What a station of ours is started with. */
  args: readonly string[];
}

/** ms between two starts of a station that dies. */
const RESTART_MS = 3_000;

async function atStation(looks: Looks, io: Io, place: Place): Promise<ExitCode> {
  const { socket, first, own, args } = place;
  let ready = first;
  let pid = own?.pid;
  let startedAt = io.now();
  let ours = own !== undefined;
  const start = async (): Promise<void> => {
    startedAt = io.now();
    pid = (await startStation(args, socket, io)).pid;
    ours = true;
  };
  const join = async (): Promise<JoinedPhone> => {
    let phone = ready ?? await joinStation(socket);
    ready = undefined;
    const died = ours && pid !== undefined && !isAlive(pid);
    if (phone === undefined && died && io.now() - startedAt > RESTART_MS) {
      // The station that we started died: nobody else would bring it back.
      await start();
      phone = await joinStation(socket);
    }
    if (phone === undefined) {
      throw new OffhookError("no-station", `no station answers at ${socket}`, {
        hint: "Start it again: offhook station.",
      });
    }
    const { station } = phone.hello;
    // Somebody else may have brought one back before us.
    ours = ours && pid === station.pid;
    pid = station.pid;
    const name = `${station.name} ${station.version}`;
    const ownership = ours ? "started" : "found";
    return { phone, closed: phone.closed, process: String(station.pid), name, ownership };
  };
  const outcome = await showTui(looks, io, {
    join,
    ownership: ours ? "started" : "found",
    startStation: start,
    practice: false,
  });
  if (outcome.how === "end" && pid !== undefined) await endProcess(pid, io);
  await say(io, outcome.goodbye);
  return 0;
}

/** The run of `offhook tour`. */
export async function runTour(values: ScreenValues, { io }: Context): Promise<ExitCode> {
  requireTerminal(io);
  return await withoutEcho(io, async () => {
    const { config } = await loadConfig(placeOf(io));
    return await practise(looksOf(values, config), io, true);
  });
}

async function practise(looks: Looks, io: Io, tour = false): Promise<ExitCode> {
  const { openPractice } = await import("../../phone/practice.ts");
  const practice = await openPractice(io);
  try {
    await showTui(looks, io, { join: practice.join, ownership: "inside", practice: true, tour });
    return 0;
  } finally {
    await practice.close();
  }
}

async function looksFor(values: TuiValues, io: Io): Promise<Looks> {
  const { config } = await loadConfig({ path: values.config, ...placeOf(io) });
  return looksOf(values, config);
}

function placeOf({ environment, cwd }: Io) {
  return { environment, cwd };
}

function stationArguments({ config, socket }: TuiValues): string[] {
  return [
    ...(config === undefined ? [] : ["--config", config]),
    ...(socket === undefined ? [] : ["--socket", socket]),
  ];
}
