"""The words of the pages in traditional Chinese and English, as tables from our Chinese texts to theirs.

A text whose Chinese has changed falls back to Chinese until it is translated anew: tests/api/test_wording.py asks for
every one. `python -m api.pages` shows what is missing in English and writes zh-Hant.toml.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from api.kinds import KINDS
from api.languages import SOURCE
from api.ocr.refusals import WARNINGS
from api.openapi import CHINESE

HERE = Path(__file__).parent


@cache
def table(language: str) -> Mapping[str, str]:
    """Our Chinese texts → those of a language; empty for the source."""
    if language == SOURCE:
        return {}
    own: dict[str, str] = tomllib.loads((HERE / f"{language}.toml").read_text("utf-8"))
    return dict(elsewhere()) | own if language == "en" else own


def elsewhere() -> Mapping[str, str]:
    """Texts that stand in both languages beside the code that says them."""
    kinds = [pair for kind in KINDS.values() for pair in ((kind.title, kind.title_en), (kind.cure, kind.cure_en))]
    described = [(own, english) for english, own in CHINESE.items()]
    return dict([*described, *kinds, *WARNINGS.values()])
