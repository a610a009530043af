/** Who may do what over the control API, and by which token of the configuration. Each role may do all that those before it may. */
import type { Names } from "./names.ts";

export const ROLES = ["viewer", "operator", "supervisor", "admin"] as const satisfies Names<4>;

export type Role = (typeof ROLES)[number];

export function mayAct(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least);
}
