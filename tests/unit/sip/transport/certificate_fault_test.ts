/** What makes a certificate unfit for a server, whoever signed it. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { DerElement } from "../../../../src/base/der/der_element.ts";
import { certificateFault } from "../../../../src/sip/transport/flow/certificate_fault.ts";

/** `openssl req -x509 -newkey … -subj /CN=pbx`: base64 of DER. */
const CERTIFICATES = {
  /** `-newkey ec -pkeyopt ec_paramgen_curve:P-256 -sha1` */
  sha1: "MIIBbzCCARagAwIBAgIUJlbGsd/ZOIHBuUwmeHPh+L5I45MwCQYHKoZIzj0EATAOMQwwCgYDVQQDDANwYngwHhcN" +
    "MjYxMTMwMjAzOTU1WhcNMzYxMTI3MjAzOTU1WjAOMQwwCgYDVQQDDANwYngwWTATBgcqhkjOPQIBBggqhkjOPQMB" +
    "BwNCAARybpwjlMYetH0/dtbJLKRq0W7CpD4qkv9QLZtCg11NkIyCRysQ+0rpiZ/C2NcFNfy0RMSH5xJyWegs/xUk" +
    "+ebso1MwUTAdBgNVHQ4EFgQU3FA+xjze30h8vgDcivgr2HCuwOEwHwYDVR0jBBgwFoAU3FA+xjze30h8vgDcivgr" +
    "2HCuwOEwDwYDVR0TAQH/BAUwAwEB/zAJBgcqhkjOPQQBA0gAMEUCIHlLiUPEv0/NVHT7NSOru5dx/9mGqqDJ/dVg" +
    "LKpGeKP3AiEAllF0Mk2aFT/UYNVl2hiAi40SKcQcbdrQwiboidfO+Jk=",
  /** `-newkey rsa:1024` */
  short:
    "MIIB+DCCAWGgAwIBAgIULi/z1tLHGmJMaLPMhamnTmqn4K0wDQYJKoZIhvcNAQELBQAwDjEMMAoGA1UEAwwDcGJ4" +
    "MB4XDTI2MTEzMDIwMzk1NloXDTM2MTEyNzIwMzk1NlowDjEMMAoGA1UEAwwDcGJ4MIGfMA0GCSqGSIb3DQEBAQUA" +
    "A4GNADCBiQKBgQDYlK+p2VFa056PepRI6t3MzbMoZJxo2DQz4fYWD4KlmxyGTUpkEAlTC+GyZZyT5AaLWu9Zt+ab" +
    "unqvd+EjmNJkQRYSnZ+gG8y21XgrVx+jJFpegY51VXyBjsv7N1hskw+HyvoS3QAG5RmhP2vPyDAJqp3y6c/Wbaig" +
    "MQ9M5PEPnwIDAQABo1MwUTAdBgNVHQ4EFgQUslORYe0tWp5DfNF4WHqL985dCsAwHwYDVR0jBBgwFoAUslORYe0t" +
    "Wp5DfNF4WHqL985dCsAwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOBgQAgLhUWNKfu9ugt5rTOG8qo" +
    "RIDZoTWI/fSHqLPezdYzgxQAPBWmNvgIs7JTtNF1msQGaga7AOMayVcG7ndkWnRmoe2LoI3CoFDCFp6ZmaFX809I" +
    "C2s8zdDuM+h5h3dzGNmQ6ziufSS9ID7wzyZ3WbA6FvleGXbL5gndUHpN2zeDcA==",
  /** `-newkey ec … -addext extendedKeyUsage=1.3.6.1.5.5.7.3.20,1.2.840.113556.1` */
  otherUses:
    "MIIBjjCCATWgAwIBAgIUR71eajkcNnjfszA8t5BrP9+mYxAwCgYIKoZIzj0EAwIwDjEMMAoGA1UEAwwDcGJ4MB4X" +
    "DTI2MTEzMDIwMzk1NloXDTM2MTEyNzIwMzk1NlowDjEMMAoGA1UEAwwDcGJ4MFkwEwYHKoZIzj0CAQYIKoZIzj0D" +
    "AQcDQgAEcm6cI5TGHrR9P3bWySykatFuwqQ+KpL/UC2bQoNdTZCMgkcrEPtK6YmfwtjXBTX8tETEh+cSclnoLP8V" +
    "JPnm7KNxMG8wHQYDVR0OBBYEFNxQPsY83t9IfL4A3Ir4K9hwrsDhMB8GA1UdIwQYMBaAFNxQPsY83t9IfL4A3Ir4" +
    "K9hwrsDhMA8GA1UdEwEB/wQFMAMBAf8wHAYDVR0lBBUwEwYIKwYBBQUHAxQGByqGSIb3FAEwCgYIKoZIzj0EAwID" +
    "RwAwRAIgFQwhW/YRPXanMSUKB9pYVEuvhhLVw3JJloBGPB8RssACICYgfOsuumXDEy/yUdEWdSx5l3O6MSW3ymBU" +
    "xnWTVMA4",
  /** `-newkey ec … -addext extendedKeyUsage=anyExtendedKeyUsage` */
  anyUse:
    "MIIBgzCCASigAwIBAgIUR7lXm0xNFG0gieP142lr9aeEAVEwCgYIKoZIzj0EAwIwDjEMMAoGA1UEAwwDcGJ4MB4X" +
    "DTI2MTEzMDIwMzk1NloXDTM2MTEyNzIwMzk1NlowDjEMMAoGA1UEAwwDcGJ4MFkwEwYHKoZIzj0CAQYIKoZIzj0D" +
    "AQcDQgAEcm6cI5TGHrR9P3bWySykatFuwqQ+KpL/UC2bQoNdTZCMgkcrEPtK6YmfwtjXBTX8tETEh+cSclnoLP8V" +
    "JPnm7KNkMGIwHQYDVR0OBBYEFNxQPsY83t9IfL4A3Ir4K9hwrsDhMB8GA1UdIwQYMBaAFNxQPsY83t9IfL4A3Ir4" +
    "K9hwrsDhMA8GA1UdEwEB/wQFMAMBAf8wDwYDVR0lBAgwBgYEVR0lADAKBggqhkjOPQQDAgNJADBGAiEA+srjbTlf" +
    "Kbdm2Vjkf4Xqk8BJx3kJOp1dfhmmjzvCmqYCIQC5WnEQQ0+5+ZVd93kaxjEsDaSBmpHrWr7M77xMlK39jw==",
};

function faultOf(name: keyof typeof CERTIFICATES): string | undefined {
  const base64 = CERTIFICATES[name];
  const pem = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
  return certificateFault(new X509Certificate(pem))?.[0];
}

Deno.test("each fault of a certificate is told by the field that holds it", () => {
  assert.equal(
    faultOf("sha1"),
    "its signatureAlgorithm is ecdsa-with-SHA1, which can be forged",
  );
  assert.equal(faultOf("short"), "its RSA key has 1024 bits; 2048 are the fewest allowed");
  assert.equal(
    faultOf("otherUses"),
    "its extendedKeyUsage allows sipDomain, 1.2.840.113556.1, not serverAuth",
  );
  assert.equal(faultOf("anyUse"), undefined);
});

Deno.test("a certificate cut or changed anywhere is read without a crash", () => {
  const der = Uint8Array.from(atob(CERTIFICATES.otherUses), (each) => each.charCodeAt(0));
  const whole = new X509Certificate(der);
  const publicKey = whole.publicKey;
  for (let at = 0; at < der.length; at++) {
    const changed = der.slice();
    changed[at] ^= 0xff;
    for (const raw of [changed, der.subarray(0, at)]) {
      certificateFault({ raw, publicKey } as unknown as X509Certificate);
    }
  }
  assert.throws(() => DerElement.read(der.subarray(0, 100)), RangeError);
});
