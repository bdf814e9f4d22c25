/// Public keys as ssh-keygen 9.2 made them, and as it converted them (`-e -m PKCS8`).
enum OpenSSHText {
  static let rsa = """
    ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDCxsha+ZnQamO0gc+xjVzRZU5AvTr4zGljMga8ca3SkRbra004OY\
    Fpb0yc/hZpZk+//R3n3/i0t9R2AoNbzcK2UCrC6m/A1YIjEkq+CuyIJHwMJAiC2oO+QasQY9uEAz9KcR962nQRvPR8\
    2cEoBmJYuHEfw2B1aR1AQfHxqgzpBnfJsExz8okenjFTBHVgvlFpRVa3r15RkvmC+dPkmQnHIbmgm7QVrr8VGDgwn7\
    S/5dGuE0Y0GwJ3ofRGpCwU7WBABksoiBodk9oQ1DHnwg5+uWsxI6RDW3LlBTTRfFV7qsDmTwz8TxzzZXWN//zutGO9\
    y6IaGFs7Wfl6uvpFfMxl bob@example
    """
  static let p256 = """
    ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDi7D9agiUid8xjau0\
    iEjjdl26O634xUNDNOoOLgRbyu5UBKSulzZDi8lqRKEbCM56nQuPA2ZyQKQP47zBiZYwM= bob@example
    """
  static let p384 = """
    ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBPfR9+lpI8JR6I96RE\
    FRUnCgX6tBMgFnU608O7BvHyJcmuKJitEIvRnYDD4tx12fEyDy41xa7wmyQZbvrJNJrIHTvChTXU6YNLzr8DmUIby4\
    X3y33rDms75Tp3X0Y8AlZg== bob@example
    """
  static let p521 = """
    ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAC/NSoFIIihgzqO2R\
    ZKSv1CEWEfRmhLWENhNstCcQ+71Wr2ouSOXqoLcXED0XhWw5j0ZRTmCrMRjvs1ZlR7lq32oQEW/MjM+9CWLCw7quFQ\
    GIKc4IjdmgKN4EwEyYwRnMjQy7G6t04xQuZP6kWJUksolMQRzk9Ckgm7pYPI77mOCF/tfw== bob@example
    """
  static let ed25519 = """
    ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMKe5X//D/iwUkGrQreKmsfgzy1E0HvKw6EDm2ITCLhP bob@examp\
    le
    """
  static let rsaPEM = """
    -----BEGIN PUBLIC KEY-----
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwsbIWvmZ0GpjtIHPsY1c
    0WVOQL06+MxpYzIGvHGt0pEW62tNODmBaW9MnP4WaWZPv/0d59/4tLfUdgKDW83C
    tlAqwupvwNWCIxJKvgrsiCR8DCQIgtqDvkGrEGPbhAM/SnEfetp0Ebz0fNnBKAZi
    WLhxH8NgdWkdQEHx8aoM6QZ3ybBMc/KJHp4xUwR1YL5RaUVWt69eUZL5gvnT5JkJ
    xyG5oJu0Fa6/FRg4MJ+0v+XRrhNGNBsCd6H0RqQsFO1gQAZLKIgaHZPaENQx58IO
    frlrMSOkQ1ty5QU00XxVe6rA5k8M/E8c82V1jf/87rRjvcuiGhhbO1n5err6RXzM
    ZQIDAQAB
    -----END PUBLIC KEY-----
    """
  static let p256PEM = """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOLsP1qCJSJ3zGNq7SISON2Xbo7rf
    jFQ0M06g4uBFvK7lQEpK6XNkOLyWpEoRsIznqdC48DZnJApA/jvMGJljAw==
    -----END PUBLIC KEY-----
    """
  static let p384PEM = """
    -----BEGIN PUBLIC KEY-----
    MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE99H36WkjwlHoj3pEQVFScKBfq0EyAWdT
    rTw7sG8fIlya4omK0Qi9GdgMPi3HXZ8TIPLjXFrvCbJBlu+sk0msgdO8KFNdTpg0
    vOvwOZQhvLhffLfesOazvlOndfRjwCVm
    -----END PUBLIC KEY-----
    """
  static let p521PEM = """
    -----BEGIN PUBLIC KEY-----
    MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQAvzUqBSCIoYM6jtkWSkr9QhFhH0Zo
    S1hDYTbLQnEPu9Vq9qLkjl6qC3FxA9F4VsOY9GUU5gqzEY77NWZUe5at9qEBFvzI
    zPvQliwsO6rhUBiCnOCI3ZoCjeBMBMmMEZzI0MuxurdOMULmT+pFiVJLKJTEEc5P
    QpIJu6WDyO+5jghf7X8=
    -----END PUBLIC KEY-----
    """
}

/// One P-256 key in PEM, as Python's `cryptography` wrote it.
enum PEMText {
  /// Valid from 2020 to 2090-02-03 04:05:06 UTC.
  static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBCzCBsaADAgECAgEBMAoGCCqGSM49BAMCMA4xDDAKBgNVBAMMA2JvYjAgFw0y
    MDAxMDEwMDAwMDBaGA8yMDkwMDIwMzA0MDUwNlowDjEMMAoGA1UEAwwDYm9iMFkw
    EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+evkZBR8wQLZIyTQmdknwaUOQtV6CKEW
    /+wKKYGdjGVwuvfRKIiQKmoMHWet0QMSPIWatpv46UMck4STDUt+7jAKBggqhkjO
    PQQDAgNJADBGAiEAzc6WaaNwNyE1pDt9r+XNp1yE9YVoYuO+3ULVQXYPkqICIQCh
    xFDwjgbCqkDSZPTZEPT72SzgKwUJJrgdDF99SJtI6w==
    -----END CERTIFICATE-----
    """
  /// Valid from 2001 to 2002-02-03.
  static let expired = """
    -----BEGIN CERTIFICATE-----
    MIIBBzCBr6ADAgECAgEBMAoGCCqGSM49BAMCMA4xDDAKBgNVBAMMA2JvYjAeFw0w
    MTAxMDEwMDAwMDBaFw0wMjAyMDMwNDA1MDZaMA4xDDAKBgNVBAMMA2JvYjBZMBMG
    ByqGSM49AgEGCCqGSM49AwEHA0IABPnr5GQUfMEC2SMk0JnZJ8GlDkLVegihFv/s
    CimBnYxlcLr30SiIkCpqDB1nrdEDEjyFmrab+OlDHJOEkw1Lfu4wCgYIKoZIzj0E
    AwIDRwAwRAIgEfMZ0pCrQgselUm/QiMR5Yr/KikLBOIyJksKRMQMfHgCIFDFJWKE
    lH67EfidFUsLcH7M91Pj8LmWR54/RLfYgNqi
    -----END CERTIFICATE-----
    """
  /// Valid from 2090-12-31.
  static let future = """
    -----BEGIN CERTIFICATE-----
    MIIBDDCBs6ADAgECAgEBMAoGCCqGSM49BAMCMA4xDDAKBgNVBAMMA2JvYjAiGA8y
    MDkwMTIzMTAwMDAwMFoYDzIwOTEwMTAxMDAwMDAwWjAOMQwwCgYDVQQDDANib2Iw
    WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAT56+RkFHzBAtkjJNCZ2SfBpQ5C1XoI
    oRb/7AopgZ2MZXC699EoiJAqagwdZ63RAxI8hZq2m/jpQxyThJMNS37uMAoGCCqG
    SM49BAMCA0gAMEUCIEMdXchBUtw2aKZr3VDIZ71k1RfekcWaa+o25rBCt7JwAiEA
    z6cud5ukiYksW8LZHNQIheuHSfMFWPREkrAj+fNsA0c=
    -----END CERTIFICATE-----
    """
  static let publicKey = """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+evkZBR8wQLZIyTQmdknwaUOQtV6
    CKEW/+wKKYGdjGVwuvfRKIiQKmoMHWet0QMSPIWatpv46UMck4STDUt+7g==
    -----END PUBLIC KEY-----
    """
  static let privateKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAAAAAAAAAAAAAAAA
    AAAAABI0VniQq83vEjRWeJCrze+hRANCAAT56+RkFHzBAtkjJNCZ2SfBpQ5C1XoI
    oRb/7AopgZ2MZXC699EoiJAqagwdZ63RAxI8hZq2m/jpQxyThJMNS37u
    -----END PRIVATE KEY-----
    """
  static let encrypted = """
    -----BEGIN ENCRYPTED PRIVATE KEY-----
    MIH0MF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBChw9oYYeBWMTg4x5TR
    rMgvAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQB6y+h8srQwX/e6Go
    VqZ1lgSBkI8ALLf2x63Atv/eTN+QqGIuifhb2Tcifib5wjt5IKMaoFPG7hhGdG3g
    C3i1A1DkVQvP+Dr9yaHAxKMJf1mNIu8eHauNbb6SAn4E0vHwUHrP77gVFlvbAeKn
    EqJta32Yl6iKc/YVkegFJYEx9LR+ocmqVfm8qwFkaWM0HtE5AsB0Vleo76b1vO5r
    TGgehWVIQg==
    -----END ENCRYPTED PRIVATE KEY-----
    """
  static let encryptedSEC1 = """
    -----BEGIN EC PRIVATE KEY-----
    Proc-Type: 4,ENCRYPTED
    DEK-Info: AES-256-CBC,531D233E0A8BADACF47852262F4C8857

    GjYWPRAnA/4NIcX/EFQMUMQEPefzyD3xxdaxDO5fJKS309Zh8YSfFJ6OtcTTYoTy
    GR+ffwimyY5UlF7sycxHKsrpDS2VhDVTLh1fn3bCSsejDP0A4MyCclhIcMHvFDF+
    aAyoS9nSczaobwk4bSOZgUazGjhMOo1vVy1jwRX5/U0=
    -----END EC PRIVATE KEY-----
    """
  static let openSSH = """
    -----BEGIN OPENSSH PRIVATE KEY-----
    b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNl
    Y2RzYS1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQT56+RkFHzBAtkjJNCZ
    2SfBpQ5C1XoIoRb/7AopgZ2MZXC699EoiJAqagwdZ63RAxI8hZq2m/jpQxyThJMN
    S37uAAAAkIILCrWCCwq1AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAy
    NTYAAABBBPnr5GQUfMEC2SMk0JnZJ8GlDkLVegihFv/sCimBnYxlcLr30SiIkCpq
    DB1nrdEDEjyFmrab+OlDHJOEkw1Lfu4AAAAQEjRWeJCrze8SNFZ4kKvN7wAAAAAB
    AgMEBQYHCA==
    -----END OPENSSH PRIVATE KEY-----
    """
}
