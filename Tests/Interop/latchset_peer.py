"""Answers for latchset's `jose`, by running the command once for each."""

import json
import os
import subprocess
import tempfile

from lines import Unsupported, decode, encode, in_form, serve

folder = tempfile.TemporaryDirectory()


def run(*arguments):
    return subprocess.run(["jose", *arguments], capture_output=True)


def file(name, content):
    path = os.path.join(folder.name, name)
    with open(path, "wb") as output:
        output.write(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


ALGORITHMS = set(run("alg").stdout.decode().split())


def check(*names):
    for name in names:
        if name not in ALGORITHMS:
            raise Unsupported(f"jose alg does not list {name}")


def output(*arguments):
    done = run(*arguments)
    if done.returncode != 0:
        raise ValueError(done.stderr.decode().strip() or f"exit status {done.returncode}")
    return done.stdout


def encrypt(request):
    recipients = request["recipients"]
    check(request["enc"], *(recipient["alg"] for recipient in recipients))
    template = {"protected": {"enc": request["enc"]}}
    if "aad" in request:
        template["aad"] = request["aad"]
    if request["form"] == "compact":
        template["protected"]["alg"] = recipients[0]["alg"]
    arguments = ["-i", json.dumps(template), "-I", file("plain", decode(request["plaintext"]))]
    for index, recipient in enumerate(recipients):
        if request["form"] != "compact":
            header = {"header": {"alg": recipient["alg"], "kid": recipient["key"]["kid"]}}
            arguments += ["-r", file(f"recipient{index}", header)]
        arguments += ["-k", file(f"key{index}", recipient["key"])]
    compact = ["-c"] if request["form"] == "compact" else []
    return in_form(request, "recipients", output("jwe", "enc", *arguments, *compact).decode())


def decrypt(request):
    check(*request["algs"])
    message = file("message", request["jwe"].encode())
    return encode(output("jwe", "dec", "-i", message, "-k", file("key", request["key"])))


def sign(request):
    signers = request["signers"]
    check(*request["algs"])
    arguments = ["-I", file("payload", decode(request["payload"]))]
    for index, signer in enumerate(signers):
        header = {"protected": {"alg": signer["alg"], "kid": signer["key"]["kid"]}}
        arguments += ["-s", json.dumps(header), "-k", file(f"key{index}", signer["key"])]
    compact = ["-c"] if request["form"] == "compact" else []
    return in_form(request, "signatures", output("jws", "sig", *arguments, *compact).decode())


def verify(request):
    check(*request["algs"])
    message = file("message", request["jws"].encode())
    key = file("key", request["key"])
    return encode(output("jws", "ver", "-i", message, "-k", key, "-O", "-"))


def version(request):
    """The command does not tell; the package does."""
    query = ["dpkg-query", "--show", "--showformat", "${Version}", "jose"]
    return subprocess.run(query, capture_output=True, check=True).stdout.decode().split("-")[0]


operations = {
    "version": version,
    "encrypt": encrypt,
    "decrypt": decrypt,
    "sign": sign,
    "verify": verify,
}
serve(operations, ())
