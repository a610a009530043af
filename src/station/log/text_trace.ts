/** The form of a SIP trace, for faces: they may not know `src/sip`. */
export { textTrace } from "../../sip/message/mod.ts";
