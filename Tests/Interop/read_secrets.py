"""Reads configuration files with other readers than Valise's, before and after sealing.

A line of JSON for each file on standard input: name, format, and in base64 original, sealed and
decrypted. A line of complaint for each that differs on standard output, then `read N`.
"""

import base64
import configparser
import io
import json
import sys
import tomllib

import yaml

try:
    import dotenv
except ImportError:
    dotenv = None

PREFIX = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0.."


def read_yaml(text):
    return [shape(node) for node in yaml.compose_all(text, Loader=yaml.SafeLoader)]


def shape(node, seen=()):
    """A node as lists and pairs; tags are part of what a value means."""
    if node is None:
        return None
    if isinstance(node, yaml.MappingNode):
        return {shape_key(key): shape(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [shape(item) for item in node.value]
    return None if (node.value, node.style) == ("", None) else f"{node.tag} {node.value}"


def shape_key(node):
    return node.value if isinstance(node, yaml.ScalarNode) else repr(node)


def read_ini(text):
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    parser.optionxform = str
    if not text.lstrip("\ufeff \n\r").startswith("["):
        text = "[top]\n" + text.lstrip("\ufeff")
    parser.read_string(text.lstrip("\ufeff"))
    return {name: dict(parser.items(name)) for name in parser.sections()}


def read_dotenv(text):
    return dict(dotenv.dotenv_values(stream=io.StringIO(text.lstrip("\ufeff")), interpolate=False))


READERS = {
    "yaml": read_yaml,
    "json": lambda text: json.loads(text.lstrip("\ufeff")),
    "toml": lambda text: tomllib.loads(text.lstrip("\ufeff").replace("\r\n", "\n")),
    "ini": read_ini,
    "dotenv": read_dotenv if dotenv else None,
}


def without_block(value, format):
    if format == "yaml":
        documents = [without_block(document, "") for document in value]
        return documents[:-1] if documents[-1] == {} else documents
    if format == "dotenv":
        return {key: item for key, item in value.items() if not key.startswith("VALISE_")}
    return {key: item for key, item in value.items() if key != "valise"} if isinstance(value, dict) else value


def differences(original, sealed, path=""):
    """Where keys differ, or where a value was left in clear."""
    if isinstance(original, dict) and isinstance(sealed, dict):
        if list(original) != list(sealed):
            yield f"{path}: keys {list(original)} became {list(sealed)}"
        for key in original.keys() & sealed.keys():
            yield from differences(original[key], sealed[key], f"{path}/{key}")
    elif isinstance(original, list) and isinstance(sealed, list):
        if len(original) != len(sealed):
            yield f"{path}: {len(original)} elements became {len(sealed)}"
        for index, (before, after) in enumerate(zip(original, sealed)):
            yield from differences(before, after, f"{path}[{index}]")
    elif original is None and sealed is None or original == "" and sealed == "":
        return  # Nothing is written there.
    elif not (isinstance(sealed, str) and PREFIX in sealed):
        yield f"{path}: in clear, or of another kind"


def main():
    count = 0
    for line in sys.stdin:
        request = json.loads(line)
        read = READERS[request["format"]]
        texts = [base64.b64decode(request[name]).decode() for name in ("original", "sealed", "decrypted")]
        if read is None:
            continue
        try:
            original = read(texts[0])
        except Exception:
            continue  # This reader does not take the file, sealed or not.
        try:
            if repr(read(texts[2])) != repr(original):
                print(f"{request['name']}: decrypted, it means something else")
            sealed = without_block(read(texts[1]), request["format"])
            for difference in differences(original, sealed):
                print(f"{request['name']}{difference}")
        except Exception as error:
            print(f"{request['name']}: sealed, it cannot be read: {error}")
        count += 1
    print(f"read {count}")


main()
