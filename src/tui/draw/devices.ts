/** Microphones, loudspeakers and headsets of the station's machine. */
import type { HeadsetInfo, SoundDevice } from "../../control/contract/mod.ts";
import { BLANK, type Cell, line, type Row } from "./rows.ts";
import { chosenIndex } from "../model/mod.ts";
import { wrap } from "../look/mod.ts";
import { chosenRow, heading, listRows, type Stage } from "./widgets.ts";

export function devicesView(stage: Stage): Row[] {
  const { rows } = stage;
  const headsets = headsetRows(stage);
  const room = Math.max(2, rows - headsets.length - 1);
  return [...soundRows(stage, room), BLANK, ...headsets].slice(0, rows);
}

function soundRows(stage: Stage, rows: number): Row[] {
  const { state, words, columns } = stage;
  const { devices, devicesError } = state.records;
  const title = heading(words.t("devices.title"), stage);
  if (devices === undefined) {
    const text = devicesError === undefined
      ? words.t("devices.loading")
      : words.error(devicesError);
    return [title, line(text, devicesError === undefined ? "dim" : "warn")];
  }
  if (devices.devices.length === 0) {
    const { unavailable } = devices;
    const why = unavailable === undefined ? [] : [words.error(unavailable), unavailable.hint ?? ""];
    return [
      title,
      line(words.t("devices.none"), "dim"),
      ...why.flatMap((text) => wrap(text, columns)).map((text) => line(text, "warn")),
    ].slice(0, rows);
  }
  const chosen = chosenIndex(state);
  const draw = (device: SoundDevice, here: boolean) => deviceRow(stage, device, here);
  return [title, ...listRows(devices.devices, chosen, rows - 1, draw)];
}

function deviceRow({ words, glyphs }: Stage, device: SoundDevice, chosen: boolean): Row {
  const kinds = [
    device.inputChannels > 0 ? words.t("devices.microphone") : "",
    device.outputChannels > 0 ? words.t("devices.speaker") : "",
  ].filter(Boolean).join("+");
  const standard = device.defaultInput || device.defaultOutput;
  const cells: Cell[] = [
    { text: standard ? `${glyphs.star} ` : "  ", role: "good" },
    { text: device.name, grow: true },
    { text: standard ? ` ${words.t("devices.default")}` : "", role: "good", width: 10 },
    { text: ` ${kinds}`, role: "dim", width: 20, drop: 1 },
    { text: ` ${device.hostApi}`, role: "dim", width: 8, drop: 2 },
  ];
  return chosenRow(cells, chosen, glyphs);
}

function headsetRows(stage: Stage): Row[] {
  const { state, words, glyphs } = stage;
  const { headsets } = state.phone;
  const listed = state.records.headsets?.headsets ?? [];
  const title = heading(words.t("headset.title"), stage);
  if (listed.length > 0) return [title, ...listed.flatMap((one) => listedRows(stage, one))];
  if (headsets.length === 0) return [title, line(words.t("headset.none"), "dim")];
  return [
    title,
    ...headsets.map(({ name, attached, error }): Row => [
      { text: `${attached ? glyphs.good : glyphs.bad} `, role: attached ? "good" : "warn" },
      { text: name, grow: true },
      {
        text: ` ${words.t(attached ? "headset.attached" : "headset.detached")}`,
        role: attached ? "good" : "warn",
      },
      ...(error === undefined
        ? []
        : [{ text: ` ${words.error(error)}`, role: "bad" as const, drop: 1 }]),
    ]),
  ];
}

/** What a headset can do for us, or why nothing. */
function listedRows({ words, glyphs, columns }: Stage, headset: HeadsetInfo): Row[] {
  const { name, usable, why, hint, use } = headset;
  const role = usable ? "good" : "warn";
  return [
    [
      { text: `${usable ? glyphs.good : glyphs.bad} `, role },
      { text: name, grow: true },
      { text: ` ${words.t(`headset.use.${use}`)}`, role },
    ],
    ...[why, hint ?? ""].filter(Boolean).flatMap((text) => wrap(text, columns - 2))
      .map((text) => line(`  ${text}`, "dim")),
  ];
}
