/** What reads a received message needs of it, whoever holds it. Types only. */
export interface ReadableMessage {
  /** Its text, or the description among its parts; empty without a body. */
  readonly body: string;
  /** The first value of a header; names in any case. */
  header(name: string): string | undefined;
  /** Every value of a header. */
  headers(name: string): string[];
}

/** The body of a message of ours. */
export interface MessageBody {
  disposition: "session" | "render";
  type: string;
  content: string;
}
