/**
 * Where the practice PBX listens: all five transports, TLS with an authority made for the occasion.
 *
 *     port      udp and tcp
 *     port + 1  tls
 *     port + 2  ws
 *     port + 3  wss
 */
import { issueCertificate } from "./issue_certificate.ts";
import type { ListenAddress } from "../station/phone/mod.ts";

export interface Places {
  listen: ListenAddress[];
  /** PEM of the authority that signed the certificate: what `--tls-ca` wants. */
  authority: string;
}

/** The certificate lives as long as a practice session could. */
const VALID_MS = 24 * 3_600_000;

/**
 * @param port 0: free ports, each its own
 * @param now ms since the epoch
 */
export function practicePlaces(host: string, port: number, now: number): Places {
  const validity = { validFrom: now - 60_000, validTo: now + VALID_MS };
  const issuer = issueCertificate({
    commonName: "offhook practice authority",
    isAuthority: true,
    ...validity,
  });
  const names = [...new Set([host, "localhost", "127.0.0.1"])];
  const tls = issueCertificate({ commonName: "practice PBX", names, issuer, ...validity });
  const at = (offset: number) => ({ host, port: port === 0 ? 0 : port + offset });
  return {
    listen: [
      { transport: "udp", ...at(0) },
      { transport: "tcp", ...at(0) },
      { transport: "tls", ...at(1), tls },
      { transport: "ws", ...at(2) },
      { transport: "wss", ...at(3), tls },
    ],
    authority: issuer.cert,
  };
}
