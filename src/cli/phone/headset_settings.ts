/** The `[headset]` table of the configuration as a phone needs it. */
import { lazily } from "../../base/mod.ts";
import { isDigit } from "../../core/media/mod.ts";
import { dirname, join } from "../../base/path/mod.ts";
import { expandPath } from "../../config/sources/mod.ts";
import type { LoadedConfig } from "../../config/file/mod.ts";
import type { HeadsetConfig } from "../../config/schema/mod.ts";
import type { ButtonSetting } from "../../station/desk/mod.ts";
import type { PhoneOptions } from "../process/mod.ts";

/** Where the quirk files of a configuration are. */
export function quirkFilesOf(
  { path, config, environment }: LoadedConfig,
): { folder: string; files: string[] } {
  const base = dirname(path);
  const files = config.headset.quirks.map((each) => expandPath(each, base, environment));
  return { folder: join(base, "headsets"), files };
}

/** The options with what headsets need. A quirk file that is broken is told and left out. */
export async function withHeadsets<T extends Omit<PhoneOptions, "log">>(
  options: T,
  loaded: LoadedConfig,
  log: (text: string) => void,
): Promise<T> {
  const { enabled, preferred, sound, release_when_idle, contested, busylight } =
    loaded.config.headset;
  const { readQuirks } = await lazily<typeof import("../../station/desk/quirk_files.ts")>(
    import.meta.url,
    "../../station/desk/quirk_files.ts",
  );
  const { quirks, broken } = await readQuirks(quirkFilesOf(loaded));
  for (const { message } of broken) log(message);
  const { microphone, speaker } = options.endpoints;
  return {
    ...options,
    ...liftOf(loaded),
    headsets: {
      enabled,
      preferred,
      releaseWhenIdle: release_when_idle,
      contested,
      quirks,
      busylights: busylight,
      buttons: buttonsOf(loaded.config.headset),
      ...(sound ? { sound: { microphone, speaker } } : {}),
    },
  };
}

function buttonsOf({ keys, gpio }: HeadsetConfig): ButtonSetting[] {
  const meaning = ({ does, normally, debounce_ms }: (typeof keys | typeof gpio)[number]) => ({
    does: isDigit(does) ? { digit: does } : does,
    normally,
    debounceMs: debounce_ms,
  });
  return [
    ...keys.map((key): ButtonSetting => ({
      source: { kind: "key", device: key.device, code: key.code },
      ...meaning(key),
    })),
    ...gpio.map((each): ButtonSetting => {
      const { chip, line, bias, active } = each;
      return {
        source: { kind: "gpio", chip, line, bias, activeLow: active === "low" },
        ...meaning(each),
      };
    }),
  ];
}

function liftOf({ config }: LoadedConfig): Pick<PhoneOptions, "lift"> {
  const { lift, hotline } = config.headset;
  if (lift === "nothing") return {};
  if (lift === "redial" || hotline === undefined) return { lift: { kind: "redial" } };
  return { lift: { kind: "hotline", target: hotline } };
}
