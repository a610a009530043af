/** Reports of a call's sound to a collector (RFC 6035). */
export { QualityPublisher } from "./quality_publisher.ts";
