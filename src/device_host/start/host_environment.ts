/**
 * The environment of the device host: what sound systems and the runtime read, by name. Passwords,
 * tokens and whatever else the station was started with stay out of a process with native code.
 */
const NAMES = [
  // Who and where.
  ..."HOME USER LOGNAME PATH TMPDIR TZ LANG LANGUAGE LC_ALL LC_CTYPE LC_MESSAGES".split(" "),
  ..."XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_CONFIG_DIRS XDG_DATA_HOME XDG_DATA_DIRS".split(" "),
  ..."XDG_STATE_HOME XDG_CACHE_HOME DBUS_SESSION_BUS_ADDRESS LD_LIBRARY_PATH".split(" "),
  ..."SYSTEMROOT SYSTEMDRIVE USERPROFILE APPDATA LOCALAPPDATA TEMP TMP".split(" "),
  // The runtime.
  ..."DENO_DIR NO_COLOR".split(" "),
  // Sound systems, see their manual pages.
  ..."ALSA_CARD ALSA_PCM_CARD ALSA_CONFIG_PATH ALSA_CONFIG_DIR ALSA_CONFIG_UCM".split(" "),
  ..."ALSA_CONFIG_UCM2 ALSA_PLUGIN_DIR".split(" "),
  ..."PULSE_SERVER PULSE_COOKIE PULSE_SINK PULSE_SOURCE PULSE_RUNTIME_PATH".split(" "),
  ..."PULSE_CLIENTCONFIG PULSE_CONFIG_PATH PULSE_STATE_PATH PULSE_LATENCY_MSEC PULSE_PROP".split(
    " ",
  ),
  ..."PIPEWIRE_REMOTE PIPEWIRE_RUNTIME_DIR PIPEWIRE_CONFIG_DIR PIPEWIRE_CONFIG_NAME".split(" "),
  ..."PIPEWIRE_NODE PIPEWIRE_LATENCY PIPEWIRE_QUANTUM PIPEWIRE_RATE PIPEWIRE_ALSA".split(" "),
  ..."JACK_DEFAULT_SERVER JACK_PROMISCUOUS_SERVER".split(" "),
  // Our own.
  ..."OFFHOOK_AUDIO_BACKEND OFFHOOK_PORTAUDIO".split(" "),
];

/** @param read of this process; one that it may not read is left out */
export function hostEnvironment(
  read: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of NAMES) {
    const value = readable(read, name);
    if (value !== undefined) kept[name] = value;
  }
  // libjack would start a sound server of its own while devices are listed.
  return { ...kept, JACK_NO_START_SERVER: "1" };
}

function readable(
  read: (name: string) => string | undefined,
  name: string,
): string | undefined {
  try {
    return read(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
