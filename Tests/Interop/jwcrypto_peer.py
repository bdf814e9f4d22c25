"""Answers for jwcrypto."""

from importlib.metadata import version

from jwcrypto import jwa, jwe, jwk, jws
from lines import decode, encode, in_form, serve


def encrypt(request):
    compact = request["form"] == "compact"
    first = request["recipients"][0]
    protected = {"enc": request["enc"]}
    if compact:
        protected["alg"] = first["alg"]
    token = jwe.JWE(
        decode(request["plaintext"]),
        protected,
        aad=decode(request["aad"]) if "aad" in request else None,
        algs=request["algs"],
        flattened=request["form"] == "flattened",
    )
    for recipient in request["recipients"]:
        key = jwk.JWK(**recipient["key"])
        header = {"alg": recipient["alg"], "kid": recipient["key"]["kid"]}
        token.add_recipient(key, None if compact else header)
    return token.serialize(compact=compact)


def decrypt(request):
    token = jwe.JWE(algs=request["algs"])
    token.deserialize(request["jwe"])
    token.decrypt(jwk.JWK(**request["key"]))
    return encode(token.payload)


def sign(request):
    token = jws.JWS(decode(request["payload"]))
    token.allowed_algs = request["algs"]
    for signer in request["signers"]:
        header = {"alg": signer["alg"], "kid": signer["key"]["kid"]}
        token.add_signature(jwk.JWK(**signer["key"]), protected=header)
    text = token.serialize(compact=request["form"] == "compact")
    return in_form(request, "signatures", text)


def verify(request):
    token = jws.JWS()
    token.allowed_algs = request["algs"]
    token.deserialize(request["jws"])
    token.verify(jwk.JWK(**request["key"]))
    return encode(token.payload)


operations = {
    "version": lambda request: version("jwcrypto"),
    "encrypt": encrypt,
    "decrypt": decrypt,
    "sign": sign,
    "verify": verify,
}
serve(operations, (jwa.InvalidJWAAlgorithm,))
