"""The pages for people: paste a posting, read how risky it is, why, and what to do. Works without JavaScript.

`register(app)` adds them. Another page that wants the same frame extends base.html; in templates there are
`_("中文", name=value)` for a text of ours in the reader's language, `|shown` for text of a stranger's, `|phones` for
telephone numbers to tap, `asset("page.css")` for a file of static/, and `to("/learn")` for an address that keeps the
reader's choices. `render()` makes a translated, compressed page; Flask's `render_template` one that is Chinese alone.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from flask import Flask, Response, url_for
from markupsafe import Markup, escape

from api.languages import BECAUSE, SOURCE
from api.openapi import chinese
from api.pages import feedback
from api.pages.compress import assets_in
from api.pages.display import LANGUAGES, article, chosen, explained, language, render, say, shown, speak, to, told
from api.pages.form import COLUMNS, Complaint, page
from api.pages.routes import pages
from api.pages.wording import table
from api.problems import refuse
from detector.types import CODES, HIGH_FROM, LOW_BELOW, MAX_TEXT

__all__ = ["COLUMNS", "Complaint", "page", "phones", "register", "render", "shown"]

PHONES = re.compile(r"(?<![0-9,])(?:96110|110|12333|165|18222)(?![0-9,]| ?[元块])")
CODE = re.compile(r"`([^`]+)`")


def phones(text: str) -> Markup:
    """The text with the telephone numbers of the authorities to tap."""
    return Markup(PHONES.sub(lambda found: f'<a href="tel:{found[0]}">{found[0]}</a>', str(escape(text))))  # noqa: S704  # escaped just before


def described(text: str) -> Markup:
    """A text of the description of the API, which is given in English, in the language of the page."""
    own = text if language() == "en" else say(chinese(text))
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(own))))  # noqa: S704  # escaped just before


def pretty(value: object) -> str:
    """JSON to read."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def register(app: Flask) -> None:
    """Add the pages, their files, and what their templates use."""
    assets = assets_in(Path(str(app.static_folder)))
    prints = {name: asset.digest for name, asset in assets.items()}
    for tongue in LANGUAGES:
        table(tongue)  # read before the workers are forked

    def static(filename: str) -> Response:
        return assets[filename].response() if filename in assets else refuse("not-found")

    app.view_functions["static"] = static
    app.extensions["prints"] = prints
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(shown=shown, phones=phones, pretty=pretty, described=described)
    app.jinja_env.globals.update(
        asset=lambda name: url_for("static", filename=name, v=prints[name]),
        _=say,
        to=to,
        told=told,
        explained=explained,
        article=article,
        chosen=chosen,
        language=language,
        speak=speak,
        LANGUAGES=LANGUAGES,
        SOURCE=SOURCE,
        CODES=CODES,
        BECAUSE=BECAUSE,
        LOW_BELOW=LOW_BELOW,
        HIGH_FROM=HIGH_FROM,
        MAX_TEXT=MAX_TEXT,
    )
    app.register_blueprint(pages)
    feedback.register(app)
