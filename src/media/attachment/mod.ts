/** A program that joins a call's sound: the main thread's half, and the messages to the other. */
export { AttachedAudio, type AttachedAudioListener } from "./attached_audio.ts";
export {
  ATTACHMENT_MS,
  type AttachmentPort,
  type FromAttachment,
  refuseAttachment,
  type ToAttachment,
} from "./attachment_protocol.ts";
