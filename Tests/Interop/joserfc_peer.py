"""Answers for joserfc."""

import json
import warnings
from importlib.metadata import version

from joserfc import errors, jwe, jwk, jws
from lines import decode, encode, serve

# It warns of algorithms that it would rather not see; here they are asked for by name.
warnings.simplefilter("ignore")


def encrypt(request):
    registry = jwe.JWERegistry(algorithms=request["algs"])
    plaintext = decode(request["plaintext"])
    first = request["recipients"][0]
    if request["form"] == "compact":
        protected = {"alg": first["alg"], "enc": request["enc"]}
        key = jwk.import_key(first["key"])
        return jwe.encrypt_compact(protected, plaintext, key, registry=registry)
    flattened = request["form"] == "flattened"
    kind = jwe.FlattenedJSONEncryption if flattened else jwe.GeneralJSONEncryption
    aad = decode(request["aad"]) if "aad" in request else None
    message = kind({"enc": request["enc"]}, plaintext, aad=aad)
    for recipient in request["recipients"]:
        message.add_recipient({"alg": recipient["alg"]}, jwk.import_key(recipient["key"]))
    return json.dumps(jwe.encrypt_json(message, None, registry=registry))


def decrypt(request):
    # By default it wants to open a message as each of its recipients.
    registry = jwe.JWERegistry(algorithms=request["algs"], verify_all_recipients=False)
    key = jwk.import_key(request["key"])
    text = request["jwe"]
    if not text.startswith("{"):
        return encode(jwe.decrypt_compact(text, key, registry=registry).plaintext)
    message = json.loads(text)
    return encode(jwe.decrypt_json(message, key, registry=registry).plaintext)


def sign(request):
    registry = jws.JWSRegistry(algorithms=request["algs"])
    keys = jwk.KeySet([jwk.import_key(signer["key"]) for signer in request["signers"]])
    headers = [
        {"alg": signer["alg"], "kid": signer["key"]["kid"]} for signer in request["signers"]
    ]
    payload = decode(request["payload"])
    if request["form"] == "compact":
        return jws.serialize_compact(headers[0], payload, keys, registry=registry)
    members = [{"protected": header} for header in headers]
    if request["form"] == "flattened":
        members = members[0]
    return json.dumps(jws.serialize_json(members, payload, keys, registry=registry))


def verify(request):
    registry = jws.JWSRegistry(algorithms=request["algs"])
    # It refuses a message when it lacks the key of one of its signatures.
    keys = jwk.KeySet([jwk.import_key(key) for key in request["keys"]])
    text = request["jws"]
    if text.startswith("{"):
        return encode(jws.deserialize_json(json.loads(text), keys, registry=registry).payload)
    return encode(jws.deserialize_compact(text, keys, registry=registry).payload)


operations = {
    "version": lambda request: version("joserfc"),
    "encrypt": encrypt,
    "decrypt": decrypt,
    "sign": sign,
    "verify": verify,
}
serve(operations, (errors.UnsupportedAlgorithmError, errors.UnsupportedHeaderError))
