/** How a call can end: the one list of outcomes, for records, history, JSON and words. Pure. */

/** Each outcome with its English words. */
export const OUTCOME_WORDS = {
  answered: "answered",
  busy: "busy",
  "no-answer": "no answer",
  declined: "declined",
  "not-found": "not found",
  unreachable: "unreachable",
  "auth-failed": "login refused",
  "media-failed": "no sound",
  /** One side wants encryption that the other, or the way between them, does not have. */
  "encryption-failed": "no encryption",
  cancelled: "cancelled",
  failed: "failed",
  /** Incoming: another phone took it; not missed. */
  "answered-elsewhere": "answered elsewhere",
  /** Incoming: nobody answered, or do-not-disturb or a full house refused it. */
  missed: "missed",
} as const;

export type Outcome = keyof typeof OUTCOME_WORDS;

export const OUTCOMES = Object.keys(OUTCOME_WORDS) as [Outcome, ...Outcome[]];
