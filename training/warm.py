"""Loaded once, before worker processes are forked: what reading a text takes, tables and all, so that they share it."""

from __future__ import annotations

import gc

from detector.types import Posting
from training.pages import as_one_text, read_page
from training.sketches import sketches

_TEXT = Posting(text="入职前先交服装押-金300元，yajin 可退，加薇❤；本公司不收任何费用。")

read_page([_TEXT])
sketches([as_one_text(_TEXT)])
gc.freeze()
