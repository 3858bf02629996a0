"""`python -m api.make_client`: write api/client.py, the typed Python client, from the OpenAPI description."""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from api import create_app
from api.openapi import described

CLIENT = Path(__file__).with_name("client.py")
HEAD = '''"""A typed client of the service, for Python, made from the description by `python -m api.make_client`.

client = Client("http://127.0.0.1:8000")
client.assess({"text": "…"})["risk_level"]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NotRequired, TypeAlias, TypedDict, cast
from urllib.parse import quote

from api.calls import Calls, Problem

__all__ = ["Client", "Problem"]
'''
SIMPLE = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "object": "dict[str, Any]",
}


def source() -> str:
    """The module, whole."""
    document = described(create_app(cast("Any", None))).to_dict()
    types = [_declared(name, schema) for name, schema in document["components"]["schemas"].items()]
    methods = [
        _method(path, verb, operation)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
        if "multipart/form-data" not in operation.get("requestBody", {}).get("content", {})
    ]
    opening = (
        'class Client(Calls):\n    """The routes of the service, a method each; a Problem is raised for an error."""'
    )
    return "\n\n".join([HEAD, *types, opening + "\n\n" + "\n\n".join(methods)]) + "\n"


def type_of(schema: Mapping[str, Any]) -> str:
    """The Python type of a JSON Schema."""
    if "$ref" in schema:
        return cast("str", schema["$ref"]).rpartition("/")[2]
    if "const" in schema or "enum" in schema:
        return f"Literal[{', '.join(map(repr, schema.get('enum', [schema.get('const')])))}]"
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(type_of(one) for one in schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list[{type_of(schema.get('items', {}))}]"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"dict[str, {type_of(schema['additionalProperties'])}]"
    return SIMPLE.get(schema.get("type", ""), "Any")


def _declared(name: str, schema: Mapping[str, Any]) -> str:
    about = f'"""{schema.get("description", name).splitlines()[0]}"""'
    if "properties" not in schema:
        return f"{name}: TypeAlias = {_quoted(type_of(schema))}\n{about}"
    needed = set(schema.get("required", ()))
    members = {
        key: type_of(one) if key in needed else f"NotRequired[{type_of(one)}]"
        for key, one in schema["properties"].items()
    }
    if all(key.isidentifier() and not keyword.iskeyword(key) for key in members):
        rows = "\n".join(f"    {key}: {kind}" for key, kind in members.items())
        return f"class {name}(TypedDict):\n    {about}\n\n{rows}"
    rows = "\n".join(f"        {key!r}: {_quoted(kind)}," for key, kind in members.items())
    return f"{name} = TypedDict(\n    {name!r},\n    {{\n{rows}\n    }},\n)\n{about}"


def _quoted(kind: str) -> str:
    return repr(kind)


def _method(path: str, verb: str, operation: Mapping[str, Any]) -> str:
    name = re.sub(r"(?<=[a-z])([A-Z])", r"_\1", operation["operationId"]).lower()
    places = re.findall(r"\{(\w+)\}", path)
    headers = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"]
    takes = next(iter(operation.get("requestBody", {}).get("content", {}).items()), None)
    gives = _given(operation["responses"])
    address = "f" + repr(re.sub(r"\{(\w+)\}", r'{quote(\1, safe="")}', path)) if places else repr(path)
    about = f'        """{operation["description"].splitlines()[0]}"""'
    if takes and takes[0] == "application/x-ndjson":
        kind = type_of(takes[1]["schema"])
        return (
            f"    def {name}(self, items: Iterable[{kind}]) -> Iterator[{gives}]:\n{about}\n"
            f"        return self.stream({address}, items)"
        )
    arguments = ["self", *(f"{place}: str" for place in places)]
    arguments += [f"body: {type_of(takes[1]['schema'])}"] if takes else []
    arguments += [f"{_argument(header)}: str | None = None" for header in headers]
    passed = [repr(verb.upper()), address, "body" if takes else "None"]
    if headers:
        pairs = ", ".join(f"{header!r}: {_argument(header)}" for header in headers)
        passed.append(f"{{name: value for name, value in {{{pairs}}}.items() if value}}")
    call = f"self.call({', '.join(passed)})"
    body = f"        {call}" if gives == "None" else f"        return cast({_quoted(gives)}, {call})"
    return f"    def {name}({', '.join(arguments)}) -> {gives}:\n{about}\n{body}"


def _argument(header: str) -> str:
    return header.lower().replace("-", "_")


def _given(responses: Mapping[str, Any]) -> str:
    good = next(answer for status, answer in responses.items() if status.startswith("2"))
    content = next(iter(good.get("content", {}).items()), None)
    if content is None:
        return "None"
    return type_of(content[1].get("schema", {})) if "schema" in content[1] else "str"


def formatted(text: str) -> str:
    """As ruff would have it."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(CLIENT), "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    CLIENT.write_text(formatted(source()), "utf-8")
