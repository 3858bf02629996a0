"""Every text of ours that a translated page may say, to know what there is to translate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from api.examples import EXAMPLES
from api.ocr.routes import READ
from api.pages import feedback, form, pay, routes, verdict
from api.pages.learn import lessons
from api.pages.wording import elsewhere

TEMPLATES = Path(__file__).parent.parent / "templates"
SAID = re.compile(r"""\b_\(\s*(?:"((?:[^"\\]|\\.)+)"|'((?:[^'\\]|\\.)+)')""")


def texts() -> tuple[str, ...]:
    """Each once, in the order in which they are found."""
    return tuple(dict.fromkeys(chain(_of_templates(), _of_tables())))


def _of_templates() -> Iterator[str]:
    for path in sorted(TEMPLATES.glob("*.html")):
        for found in SAID.finditer(path.read_text("utf-8")):
            yield found[1] or found[2]


def _of_tables() -> Iterator[str]:
    yield from chain(*verdict.VERDICTS.values(), verdict.FIELD_NAMES.values())
    yield from chain(*((one.title, one.cure) for one in form.COMPLAINTS), pay.UNITS.values(), pay.OTHER_UNITS)
    yield from routes.PLACES.values()
    yield from chain((example.label for example in EXAMPLES.values()), READ, feedback.SAID)
    yield from chain(*((one.says, one.follows, one.answer) for one in lessons()), elsewhere())
