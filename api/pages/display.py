"""How a reader wants the pages: language, light or dark, type size. Kept in the address, as there are no cookies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlencode

from flask import Response, g, render_template, request

from api import languages
from api.languages import SOURCE, preferred
from api.pages.compress import compressed
from api.pages.wording import table

if TYPE_CHECKING:
    from api.submission import Language

LANGUAGES: Final[Mapping[Language, str]] = {"zh-Hans": "简体", "zh-Hant": "繁體", "en": "English"}
"""The languages of the pages by their own names."""
CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "lang": frozenset(LANGUAGES),
    "theme": frozenset({"light", "dark"}),
    "size": frozenset({"large"}),
}
"""What an address may say, beside nothing: then it is as the browser has it."""

# What a browser would obey or swallow instead of showing: control characters, half characters, direction overrides.
_UNSHOWN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127, *range(0xD800, 0xE000)], "\ufffd")
_UNSHOWN |= dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd")


def shown(text: object) -> str:
    """Text as it can stand in a page; Jinja escapes what is left."""
    return str(text).translate(_UNSHOWN)


def chosen(name: str) -> str:
    """What the address says of a choice; empty where it says nothing that exists."""
    value = request.args.get(name, "")
    return value if value in CHOICES[name] else ""


def language() -> Language:
    """The language of the page that is being made; pages that are not translated are in that of the source."""
    return cast("Language", g.get("language", SOURCE))


def say(text: str, **values: object) -> str:
    """A text of ours in the language of the page, with values put in at {names}."""
    told = table(language()).get(text, text)
    return told.format(**values) if values else told


def told(text: str) -> str:
    """A text of the detector's (a title, advice, a law, a trade) in the language of the page."""
    return languages.table(language())(text)


def explained(text: str) -> str:
    """An explanation, perhaps with an arithmetic after it, in the language of the page."""
    return languages.table(language()).explanation(text)


def article(name: str) -> str:
    """第九条, in the language of the page."""
    return languages.ARTICLES[language()](name)


def to(path: str, **change: str) -> str:
    """An address of ours that keeps what was chosen, or changes it; an empty value leaves it to the browser."""
    query = {name: change.get(name, chosen(name)) for name in CHOICES}
    front, mark, fragment = path.partition("#")
    told = urlencode({name: value for name, value in query.items() if value})
    return front + (("&" if "?" in front else "?") + told if told else "") + mark + fragment


def speak() -> None:
    """From here on this request is answered in the reader's language."""
    g.language = chosen("lang") or preferred(request.accept_languages) or SOURCE


def render(template: str, status: int = 200, **context: Any) -> Response:  # noqa: ANN401  # whatever a template shows
    """A translated page, compressed where the browser takes that."""
    speak()
    return compressed(Response(render_template(template, translated=True, **context), status))
