"""Ready lines of code that ask the same question from a terminal, Python, R or JavaScript.

Each quotes foreign text by the rules of its language, so that no query can end its string early. Python and JavaScript
use what comes with them; R reads the answer as CSV.

Source: POSIX shell, 2.2.2 (single quotes); Python, 2.4.1 (string literals); R, NewFeatures 4.0.0 (raw strings);
ECMAScript, 12.9.6 (template literals).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import MediaType

_SIMPLE = frozenset("\t\n") | {chr(code) for code in range(0x20, 0x7F)}


@dataclass(frozen=True, slots=True)
class Snippet:
    """Lines of code. ``language`` is its name for readers."""

    language: str
    code: str


def of_query(endpoint: str, query: str, media_type: MediaType) -> tuple[Snippet, ...]:
    """Lines that send a query to an endpoint and ask for this type."""
    accept = media_type.name
    return (
        Snippet("curl", f"curl -H 'Accept: {accept}' --data-urlencode {_shell('query=' + query)} {_shell(endpoint)}"),
        Snippet("Python", _python(endpoint, query, media_type)),
        Snippet("R", _r(endpoint, query, media_type)),
        Snippet("JavaScript", _javascript(endpoint, query, media_type)),
    )


def of_address(address: str, media_type: MediaType) -> tuple[Snippet, ...]:
    """Lines that fetch an address which answers in this type."""
    is_csv = media_type is media_types.RESULTS_CSV
    shown = (
        "for row in csv.DictReader(io.TextIOWrapper(answer, 'utf-8')):\n        print(row)"
        if is_csv
        else "print(answer.read().decode())"
    )
    imports = "import csv\nimport io\nimport urllib.request" if is_csv else "import urllib.request"
    call = "read.csv" if is_csv else "readLines"
    return (
        Snippet("curl", f"curl {_shell(address)}"),
        Snippet("Python", f"{imports}\n\nwith urllib.request.urlopen({address!r}) as answer:\n    {shown}"),
        Snippet("R", f"answer <- {call}({_quoted(address)})"),
        Snippet(
            "JavaScript",
            f"const answer = await fetch({_quoted(address)});\nconsole.log(await answer.text());",
        ),
    )


def _python(endpoint: str, query: str, media_type: MediaType) -> str:
    body = {
        media_types.RESULTS_CSV: "for row in csv.DictReader(io.TextIOWrapper(answer, 'utf-8')):\n        print(row)",
        media_types.RESULTS_JSON: "print(json.load(answer)['boolean'])",
    }.get(media_type, "print(answer.read().decode())")
    first = {media_types.RESULTS_CSV: "import csv\nimport io\n", media_types.RESULTS_JSON: "import json\n"}
    return (
        f"{first.get(media_type, '')}import urllib.parse\nimport urllib.request\n\n"
        f"query = {_python_string(query)}\n"
        "request = urllib.request.Request(\n"
        f"    {endpoint!r},\n"
        '    urllib.parse.urlencode({"query": query}).encode(),\n'
        f'    {{"Accept": "{media_type.name}"}},\n'
        ")\n"
        f"with urllib.request.urlopen(request) as answer:\n    {body}"
    )


def _r(endpoint: str, query: str, media_type: MediaType) -> str:
    call = "read.csv" if media_type is media_types.RESULTS_CSV else "readLines"
    address = _quoted(f"{endpoint}.{media_type.suffix}?query=")
    return f"query <- {_r_string(query)}\nanswer <- {call}(paste0({address}, URLencode(query, reserved = TRUE)))"


def _javascript(endpoint: str, query: str, media_type: MediaType) -> str:
    shown = "(await answer.json()).boolean" if media_type is media_types.RESULTS_JSON else "await answer.text()"
    return (
        f"const query = {_template(query)};\n"
        f"const answer = await fetch({_quoted(endpoint)}, {{\n"
        '  method: "POST",\n'
        f'  headers: {{ Accept: "{media_type.name}" }},\n'
        "  body: new URLSearchParams({ query }),\n"
        "});\n"
        f"console.log({shown});"
    )


def _shell(text: str) -> str:
    r"""The text as one word of a shell.

    >>> print(_shell("a 'b'"))
    'a '\''b'\'''
    """
    return "'" + text.replace("'", "'\\''") + "'"


def _python_string(text: str) -> str:
    """The text as a string of Python, over several lines where that is safe."""
    is_plain = not (set(text) - _SIMPLE) and "\\" not in text and '"""' not in text and not text.endswith('"')
    return f'"""{text}"""' if is_plain else repr(text)


def _r_string(text: str) -> str:
    """The text as a raw string of R, with as many dashes as it takes."""
    dashes = ""
    while f'){dashes}"' in text:
        dashes += "-"
    return f'r"{dashes}({text}){dashes}"'


def _template(text: str) -> str:
    r"""The text as a template literal.

    >>> print(_template("`${x}`"))
    `\`\${x}\``
    """
    return "`" + text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${").replace("\r", "\\r") + "`"


def _quoted(address: str) -> str:
    """An address as a string of R or JavaScript: whatever could end it is percent-encoded."""
    return f'"{quote(address, safe="/~!$&()*+,;=:@?%#")}"'
