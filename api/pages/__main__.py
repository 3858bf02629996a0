"""`python -m api.pages`: write zh-Hant.toml from our texts, and show what en.toml lacks or no longer needs.

Needs opencc (a development dependency): sentences are put into the phrases of Taiwan (s2twp).
"""

from __future__ import annotations

import json
import sys
import tomllib

import opencc

from api.languages.__main__ import QUOTES
from api.pages.texts import texts
from api.pages.wording import HERE, elsewhere

HEAD = "# Written by `python -m api.pages` from our texts; change those, not this file.\n"


def traditional() -> str:
    """zh-Hant.toml, whole."""
    convert = opencc.OpenCC("s2twp").convert
    return HEAD + "".join(f"{_quoted(text)} = {_quoted(convert(text).translate(QUOTES))}\n" for text in texts())


def differences() -> list[str]:
    """What en.toml lacks (+) and what it no longer needs (-)."""
    written = tomllib.loads((HERE / "en.toml").read_text("utf-8"))
    wanted = [text for text in texts() if text not in elsewhere()]
    lacking = [f"+ {text}" for text in wanted if text not in written]
    return lacking + [f"- {text}" for text in written if text not in wanted]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    (HERE / "zh-Hant.toml").write_text(traditional(), "utf-8")
    missing = differences()
    print("\n".join(missing) or "en.toml is complete")
    sys.exit(bool(missing))
