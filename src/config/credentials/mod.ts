/** Passwords: of files, the keyring and commands. */
export {
  credentialStorePath,
  listCredentials,
  removeCredential,
  storeCredential,
} from "./credential_store.ts";
export { storeInKeyring } from "./keyring.ts";
export {
  isStdin,
  passwordReader,
  passwordSource,
  readPasswordFile,
  runPasswordCommand,
} from "./password.ts";
export { shellQuoted } from "./private_file.ts";
