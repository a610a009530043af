/** DER (X.690): certificates as octets. Apart from the rest of base, which every start reads. */
export { bitString, integer, oid, sequence, set, tagged, time, utf8String } from "./der.ts";
export { DerElement } from "./der_element.ts";
