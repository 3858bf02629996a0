"""The store as the application sees it: there, away, or none at all; what is answered when it is away."""

from __future__ import annotations

import logging
from typing import Literal, cast

from flask import Flask, Response, current_app

from api.kinds import KINDS
from api.problems import Refused, on_refused, refuse
from api.store import Store, StoreAway, StoreError

log = logging.getLogger("api")

STORE_REFUSALS = ("store-unavailable",)
"""What any route that reads or writes the store may refuse."""


def store() -> Store:
    """The store of the application that answers this request; a refusal when it runs without one."""
    found = current_app.extensions.get("store")
    if found is None:
        refuse("store-unavailable", "本服务没有配置数据库，不保存任何内容。", "This service runs without a database.")
    return cast("Store", found)


def store_state() -> Literal["ready", "away", "none"]:
    """How the store is; asks the database."""
    found = cast("Store | None", current_app.extensions.get("store"))
    if found is None:
        return "none"
    try:
        return "ready" if found.is_there() else "away"
    except StoreError:
        return "away"


def on_store_error(error: StoreError) -> Response:
    """The database is away: try again soon. Of another version: the log says so, the caller the same as ever."""
    log.warning("store: %s", error)
    kind = KINDS["store-unavailable"]
    seconds = StoreAway.RETRY_AFTER
    refused = Refused(kind, kind.cure, kind.cure_en, retry_after=seconds)
    refused.headers = {"Retry-After": str(seconds)}
    return on_refused(refused)


def register(app: Flask, opened: Store | None) -> None:
    """Give the application its store, and every failure of it an answer."""
    if opened is not None:
        app.extensions["store"] = opened
    app.register_error_handler(StoreError, on_store_error)
