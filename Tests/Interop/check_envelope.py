"""Checks an envelope's commitment and signature, from docs/reference/format.md alone.

check_envelope.py NOW ENVELOPE READER_JWK [SIGNER_JWK]: the time in seconds since 1970, and files.
"""

import hashlib, hmac, json, sys
from jwcrypto import jwe, jwk, jws
from jwcrypto.common import base64url_decode as decode, base64url_encode as encode

ALGORITHMS = ["EdDSA", "ES256", "ES384", "ES512", "PS256"]

def require(holds, what):
    if not holds:
        sys.exit(f"refused: {what}")

def hkdf(key, info):  # RFC 5869: SHA-256, no salt, one block
    return hmac.digest(hmac.digest(bytes(32), key, "sha256"), info.encode() + b"\x01", "sha256")

def sha512(data):
    return encode(hashlib.sha512(data).digest())

def unique(pairs):
    require(len(dict(pairs)) == len(pairs), "two members of one name")
    return dict(pairs)

def parse(text):
    return json.loads(text, object_pairs_hook=unique)

def is_type(value, name):
    return isinstance(value, str) and value.lower() in (name, f"application/{name}")

def uri(key):
    return f"urn:ietf:params:oauth:jwk-thumbprint:sha-256:{key.thumbprint()}"

now, text, *keys = int(sys.argv[1]), *(open(path, encoding="utf-8").read() for path in sys.argv[2:])
reader, *signers = map(jwk.JWK.from_json, keys)
envelope, outer = parse(text), jwe.JWE()
protected = parse(decode(envelope["protected"]))
outer.deserialize(text, reader)
commitment = encode(hkdf(outer.cek, f"valise commitment v1|{protected['enc']}"))
require(envelope.get("commitment", commitment) == commitment, "the commitment is another key's")
if not is_type(protected.get("typ"), "signed"):
    require("signature" not in envelope, "a signature that typ does not announce")
    sys.exit(print("unsigned"))
require({"commitment", "signature"} <= envelope.keys() and "zip" not in protected, "step 1")
inner, key = jwe.JWE(algs=["dir", "A256GCM"]), hkdf(outer.cek, "valise signature v1")
inner.deserialize(envelope["signature"], jwk.JWK(kty="oct", k=encode(key)))
require(is_type(parse(decode(envelope["signature"].split(".")[0])).get("cty"), "jwt"), "step 3")
head, claims = (parse(decode(part)) for part in inner.payload.decode().split(".")[:2])
require(is_type(head["typ"], "valise-signature+jwt") and head["alg"] in ALGORITHMS, "step 4")
audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
require(uri(reader) in audience, "it was signed for others")
require(claims["iat"] <= now + 300, "it was signed in the future")
bound = ".".join(envelope[name] for name in ("protected", "aad") if name in envelope)
require((claims["commitment"], claims["aad_sha512"]) == (commitment, sha512(bound.encode())), "step 8")
for signer in (signer for signer in signers if uri(signer) == claims["iss"]):
    jws.JWS().deserialize(inner.payload.decode(), signer)
require(claims["plaintext_sha512"] == sha512(outer.payload), "the content is not what was signed")
print("signed by", claims["iss"] if claims["iss"] in map(uri, signers) else "an unknown key")
