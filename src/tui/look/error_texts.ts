/**
 * Errors of the station in the language of the screen: what kind of error it is, before the English
 * message, which has the values.
 */
import type { ErrorCode } from "../../base/mod.ts";
import type { Language } from "../../base/names/mod.ts";

type ErrorTexts = Readonly<Record<ErrorCode, string>>;

const de: ErrorTexts = {
  internal: "interner Fehler",
  usage: "falsche Eingabe",
  "file-unusable": "Datei nicht verwendbar",
  "invalid-target": "ungültige Adresse",
  "invalid-state": "im Moment nicht möglich",
  "no-such-call": "dieses Gespräch gibt es nicht",
  "no-call": "kein Gespräch",
  "ambiguous-call": "mehrere Gespräche kommen in Frage",
  "config-invalid": "ungültige Konfiguration",
  "config-missing": "keine Konfiguration",
  "credential-missing": "Passwort fehlt",
  "store-failed": "Speicher nicht verwendbar",
  "store-newer": "Speicher von einer neueren Version",
  "auth-refused": "Zugang abgelehnt",
  busy: "besetzt",
  "no-answer": "keine Antwort",
  declined: "abgelehnt",
  "not-found": "nicht gefunden",
  unreachable: "nicht erreichbar",
  "media-failed": "kein Ton",
  "no-common-codec": "kein gemeinsamer Codec",
  "encryption-failed": "keine Verschlüsselung möglich",
  "device-failed": "Gerät funktioniert nicht",
  "device-not-found": "Gerät nicht gefunden",
  "no-station": "keine Station",
  "station-refused": "von der Station abgelehnt",
  "store-locked": "Speicher in Gebrauch",
  "tls-failed": "TLS-Fehler",
  interrupted: "unterbrochen",
};

const es: ErrorTexts = {
  internal: "error interno",
  usage: "entrada incorrecta",
  "file-unusable": "archivo no utilizable",
  "invalid-target": "dirección no válida",
  "invalid-state": "no es posible ahora",
  "no-such-call": "esa llamada no existe",
  "no-call": "no hay llamada",
  "ambiguous-call": "puede ser más de una llamada",
  "config-invalid": "configuración no válida",
  "config-missing": "sin configuración",
  "credential-missing": "falta la contraseña",
  "store-failed": "almacén no utilizable",
  "store-newer": "almacén de una versión más nueva",
  "auth-refused": "acceso denegado",
  busy: "ocupado",
  "no-answer": "sin respuesta",
  declined: "rechazada",
  "not-found": "no encontrado",
  unreachable: "inalcanzable",
  "media-failed": "sin audio",
  "no-common-codec": "sin códec común",
  "encryption-failed": "no se puede cifrar",
  "device-failed": "el equipo no funciona",
  "device-not-found": "equipo no encontrado",
  "no-station": "sin estación",
  "station-refused": "rechazado por la estación",
  "store-locked": "almacén en uso",
  "tls-failed": "error de TLS",
  interrupted: "interrumpido",
};

const TEXTS: Readonly<Record<Exclude<Language, "en">, ErrorTexts>> = { de, es };

/** English: the message alone. A newer station's code that is unknown here, likewise. */
export function errorText(
  language: Language,
  { code, message }: { code: ErrorCode; message: string },
): string {
  if (language === "en") return message;
  const kind = TEXTS[language][code] as string | undefined;
  return kind === undefined ? message : `${kind}: ${message}`;
}
