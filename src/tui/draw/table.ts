/** The views, a line each. */
import type { ViewName } from "../model/mod.ts";
import type { View } from "./widgets.ts";
import { accountsView } from "./accounts.ts";
import { contactsView } from "./contacts.ts";
import { devicesView } from "./devices.ts";
import { historyView } from "./history.ts";
import { logView } from "./log.ts";
import { phoneView } from "./phone.ts";
import { qualityView } from "./quality.ts";

export const VIEW_TABLE: Readonly<Record<ViewName, View>> = {
  phone: phoneView,
  contacts: contactsView,
  history: historyView,
  quality: qualityView,
  devices: devicesView,
  accounts: accountsView,
  log: logView,
};
