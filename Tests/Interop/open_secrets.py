"""Opens the sealed YAML file on standard input as docs/reference/secrets.md says, with jwcrypto.

The first argument is the reader's JWK. Writes a JSON object: tokens by path, and the digest's text.
Lists and documents are not handled beyond what the page's example needs.
"""

import json
import re
import sys

import yaml
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from jwcrypto import jwe, jwk
from jwcrypto.common import base64url_decode, base64url_encode

PREFIX = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0.."


def open_compact(text, data_key, info):
    key = HKDF(SHA256(), 32, b"", info.encode()).derive(data_key)
    token = jwe.JWE()
    token.deserialize(text, jwk.JWK(kty="oct", k=base64url_encode(key)))
    return token.payload.decode(), text.split(".")[4]


def leaves(value, path):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}/{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
    else:
        yield path, value


def binding(path):
    return re.sub(r"\[[0-9]+\]", "[]", path)


def main():
    file = yaml.safe_load(sys.stdin.read())
    block = file.pop("valise")
    wrapped = jwe.JWE()
    wrapped.deserialize("".join(block["key"]), jwk.JWK(**json.loads(sys.argv[1])))
    data_key = base64url_decode(json.loads(wrapped.payload)["k"])
    digest, _ = open_compact(block["digest"], data_key, "valise secrets digest v1")
    listed = json.loads(digest)["values"]
    tokens = {}
    for path, sealed in leaves(file, ""):
        assert sealed.startswith(PREFIX), path
        tokens[path], tag = open_compact(sealed, data_key, "valise secret v1|" + binding(path))
        assert base64url_decode(tag)[:8] == base64url_decode(listed.pop(path)), path
    assert not listed, listed
    json.dump({"tokens": tokens, "digest": digest}, sys.stdout, ensure_ascii=False)


main()
