// Certificates of Ed25519 keys, valid for the year 2026, as base64 of their DER. Nothing has their private keys.

export type CertificateName = "alice" | "bare" | "hostile" | "nameless" | "joined" | "control" | "unicode"

export const certificates: Readonly<Record<CertificateName, string>> = {
  /** A URI, a host name and an address; `C=DE, O=Corp, CN=alice`. */
  alice: [
    "MIIBYDCCARKgAwIBAgIDChssMAUGAytlcDA0MQswCQYDVQQGEwJERTETMBEGA1UECgwKQ29ycCwgSW5jLjEQMA4GA1UEAwwHRWRnZSBDQTAeFw",
    "0yNjAxMDEwMDAwMDBaFw0yNzAxMDEwMDAwMDBaMCwxCzAJBgNVBAYTAkRFMQ0wCwYDVQQKDARDb3JwMQ4wDAYDVQQDDAVhbGljZTAqMAUGAytl",
    "cAMhAIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29co08wTTBLBgNVHREERDBChhpzcGlmZmU6Ly9leGFtcGxlLmNvbS9hbGljZYIRYW",
    "xpY2UuZXhhbXBsZS5jb22BEWFsaWNlQGV4YW1wbGUuY29tMAUGAytlcANBAD9V9uFvemYH5o7vePz2PuMAY0gqoyb4i//QnIeumb9JLvMkmoSj",
    "cyPaVfreCMDFFNv0fhvVqNvOwQV8wCcmagk=",
  ].join(""),
  /** No alternative name: `CN=bob`. */
  bare: [
    "MIHuMIGhoAMCAQICAQcwBQYDK2VwMDQxCzAJBgNVBAYTAkRFMRMwEQYDVQQKDApDb3JwLCBJbmMuMRAwDgYDVQQDDAdFZGdlIENBMB4XDTI2MD",
    "EwMTAwMDAwMFoXDTI3MDEwMTAwMDAwMFowDjEMMAoGA1UEAwwDYm9iMCowBQYDK2VwAyEAgTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/J",
    "s5QwBQYDK2VwA0EAliWJoHCFgXmSdBCeGyww7HhpAapsmhvxY/iiYQmedL0hSVnX9tv9Po/9WpqdBJOUPaEQ2ubYdNi7C5mwej76Aw==",
  ].join(""),
  /** Names that look like several, and an address of IP. */
  hostile: [
    "MIIBfzCCATGgAwIBAgICAIAwBQYDK2VwMDQxCzAJBgNVBAYTAkRFMRMwEQYDVQQKDApDb3JwLCBJbmMuMRAwDgYDVQQDDAdFZGdlIENBMB4XDT",
    "I2MDEwMTAwMDAwMFoXDTI3MDEwMTAwMDAwMFowLjENMAsGA1UECgwEIHg7IDEdMBsGA1UEAwwURGV2LCAiRWFzdCIrQ049YWRtaW4wKjAFBgMr",
    "ZXADIQDtSSjGKNHCxurpAziQWZVhKVknOlxj+TY2wUYUrIc30aNtMGswaQYDVR0RBGIwYIY6c3BpZmZlOi8vZXhhbXBsZS5jb20vYWxpY2UsIF",
    "VSSTpzcGlmZmU6Ly9leGFtcGxlLmNvbS9hZG1pboINQS5leGFtcGxlLmNvbYINYi5leGFtcGxlLmNvbYcEwAACATAFBgMrZXADQQBT0eAQVOmI",
    "G65gci32NJRF7u0jLFJyADsv7fDoGvldUdXEbVdCnIPzZcDurklDu066mXuLTFCM1fLx6CtXuCgL",
  ].join(""),
  /** No subject; two addresses. */
  nameless: [
    "MIIBMTCB5KADAgECAgMA/wAwBQYDK2VwMDQxCzAJBgNVBAYTAkRFMRMwEQYDVQQKDApDb3JwLCBJbmMuMRAwDgYDVQQDDAdFZGdlIENBMB4XDT",
    "I2MDEwMTAwMDAwMFoXDTI3MDEwMTAwMDAwMFowADAqMAUGAytlcAMhAMqTrBcFGHBx1nuDx/8O/oEI6OxFMFdddyaHkzPb2r58o00wSzBJBgNV",
    "HREBAf8EPzA9hh1zcGlmZmU6Ly9leGFtcGxlLmNvbS9uYW1lbGVzc4ENYUBleGFtcGxlLmNvbYENYkBleGFtcGxlLmNvbTAFBgMrZXADQQACkm",
    "FMVl1X5vy3KpdMspcUclxYqel/sWBbaxfke3ixGRRDfrdpWcpPRv9z2nYGVYgtWr0HPgjeZuwXRRh0eS0C",
  ].join(""),
  /** Two attributes in one RDN, of the subject and of the issuer. */
  joined: [
    "MIIBFTCByKADAgECAgEBMAUGAytlcDAeMRwwCgYDVQQLDANPcHMwDgYDVQQDDAdFZGdlIENBMB4XDTI2MDEwMTAwMDAwMFoXDTI3MDEwMTAwMD",
    "AwMFowKTELMAkGA1UEBhMCREUxGjAKBgNVBAsMA09wczAMBgNVBAMMBWNhcm9sMCowBQYDK2VwAyEAbnoc3Smwt4/ROvTFWY/v9O8qlxZuPKby",
    "5Pv8zYBQW/GjIDAeMBwGA1UdEQQVMBOCEWNhcm9sLmV4YW1wbGUuY29tMAUGAytlcANBAF7vlXFEHO90CECnGaPLOEFms4GP9L1uURohiPsfwl",
    "PcEaB3PmKenkXD06jDvteF2vnMud4kJgOYGzMy3m5gKQg=",
  ].join(""),
  /** Control characters in subject and URI. */
  control: [
    "MIIBDjCBwaADAgECAgECMAUGAytlcDA0MQswCQYDVQQGEwJERTETMBEGA1UECgwKQ29ycCwgSW5jLjEQMA4GA1UEAwwHRWRnZSBDQTAeFw0yNj",
    "AxMDEwMDAwMDBaFw0yNzAxMDEwMDAwMDBaMBcxFTATBgNVBAMMDGV2ZQpDTj1hZG1pbjAqMAUGAytlcAMhAIqHX/8es4RRV3rNWv7kBUVlaN18",
    "ieCQhjoFV7x69J8XoxUwEzARBgNVHREECjAIhgZ1cm46eAcwBQYDK2VwA0EAmKJb3A9UbjUcYuxTXRBaynt9XA/xWs9GWreRkT6N4+BQXp1OZm",
    "v7y8NLjHrn+ARGOh7iKmvOXPCZwGQMmhDdCQ==",
  ].join(""),
  /** `CN=Équipo`. */
  unicode: [
    "MIHyMIGloAMCAQICAQMwBQYDK2VwMDQxCzAJBgNVBAYTAkRFMRMwEQYDVQQKDApDb3JwLCBJbmMuMRAwDgYDVQQDDAdFZGdlIENBMB4XDTI2MD",
    "EwMTAwMDAwMFoXDTI3MDEwMTAwMDAwMFowEjEQMA4GA1UEAwwHw4lxdWlwbzAqMAUGAytlcAMhAOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe",
    "6mkURtIsMAUGAytlcANBAMqUJDX2ru3JftXph9DirePactQ6qeVmFfQHagYlnAqUFnq7BKeSWy9S5q7rCpu8Ye79JM7Vmxz8spYfzZgR/A4=",
  ].join(""),
}

/** PEM with this text in place of its line breaks. */
export const pem = (base64: string, lineBreak = "\n"): string =>
  ["-----BEGIN CERTIFICATE-----", ...(base64.match(/.{1,64}/g) ?? []), "-----END CERTIFICATE-----"].join(lineBreak)
