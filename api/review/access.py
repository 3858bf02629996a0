"""Who sits at the desk: sign in with a key, a cookie that says nothing, and a token in each form that only we know.

The cookie is random; the store holds its hash, who it stands for, and until when. The token of the forms is derived
from the cookie, which no other site can read, so it needs no secret of its own. Where no key was ever made, the desk is
open to this machine alone, as the API is.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flask import Response, g, redirect, render_template, request, url_for

from api.access import Gate, address_of, gate, is_loopback
from api.caller import Caller
from api.config import config
from api.problems import refuse
from api.reading import bytes_of
from api.store import sessions
from api.store.columns import now
from api.store.tables import LOCAL
from api.stored import store

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

    from api.store.keys import Key

COOKIE = "scamjob_review"
UPLOAD = "review.workshop.upload"
MAX_UPLOAD = 20 * 1024 * 1024
SCOPE = "review"
ADMIN = "admin"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who sits at the desk."""

    tenant: str
    name: str
    """The id of their key; `local` where nobody needs one."""
    is_admin: bool
    since: datetime
    """When they signed in: what they said since then they may take back."""
    signed_in: bool = True


def reviewer() -> Reviewer:
    """Who sent this request; `enter` has checked them."""
    return cast("Reviewer", g.reviewer)


def enter() -> BaseResponse | None:
    """Before each page but the sign-in: who is it, may they, and does the form come from us."""
    found = _known()
    if found is None:
        return redirect(url_for("review.sign_in", next=_own_path()), 303)
    g.reviewer = found
    g.caller = Caller(found.tenant, found.name)
    if request.method == "POST":
        read_form()
        check_token()
    return None


def _known() -> Reviewer | None:
    held = gate().ring.fresh()
    if not held and is_open():
        return Reviewer(LOCAL, LOCAL, is_admin=True, since=now() - sessions.LASTS, signed_in=False)
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    with store().read() as connection:
        session = sessions.find(connection, token)
    key = held.get(session.key) if session else None
    if session is None or key is None or key.state(now()) != "valid" or not key.allows(SCOPE):
        return None
    return Reviewer(key.tenant, key.id, key.allows(ADMIN), session.created)


def is_open() -> bool:
    """Whether nobody needs a key: none was made, and the browser is on this machine and asked for it by name."""
    direct = is_loopback(request.environ.get("REMOTE_ADDR", "")) and "HTTP_X_FORWARDED_FOR" not in request.environ
    return direct and urlsplit(f"//{request.host}").hostname in LOOPBACK


def needs_admin() -> None:
    """Refuse whoever may only review."""
    if not reviewer().is_admin:
        refuse("scope-missing", "这一步需要带 admin 权限的密钥。", "This needs a key with the scope admin.")


def read_form() -> None:
    """Read a form of the desk, within bounds."""
    if request.mimetype == "multipart/form-data" and request.endpoint == UPLOAD:
        request.max_content_length = MAX_UPLOAD + 64 * 1024
        return
    if request.mimetype != "application/x-www-form-urlencoded":
        refuse("unsupported-media-type", "请用网页表单提交。", "Submit the form of the page.")
    request.max_form_memory_size = config().max_form
    bytes_of(request, config().max_form)


def form_token() -> str:
    """What the forms of this browser carry; makes the browser's cookie where it has none yet."""
    token = request.cookies.get(COOKIE) or g.get("new_cookie")
    if not token:
        token = g.new_cookie = secrets.token_urlsafe(32)
    return _derived(token)


def check_token() -> None:
    """Refuse a form that does not come from a page of ours in this browser."""
    token = request.cookies.get(COOKIE, "")
    sent = request.form.get("csrf", "")
    if not token or not hmac.compare_digest(sent.encode("utf-8", "replace"), _derived(token).encode()):
        refuse("form-expired")


def _derived(token: str) -> str:
    return hmac.new(token.encode("utf-8", "replace"), b"scamjob review form", hashlib.sha256).hexdigest()


def keep_cookie(response: Response) -> Response:
    """Send the cookie that was made for this answer, if one was."""
    token = g.get("new_cookie")
    if token:
        response.set_cookie(
            COOKIE, token, max_age=sessions.LASTS, path="/review", secure=_by_https(), httponly=True, samesite="Strict"
        )
    return response


def _by_https() -> bool:
    return request.is_secure or request.headers.get("X-Forwarded-Proto", "").lower() == "https"


def _own_path() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else ""


def sign_in_page(mistake: str = "") -> str:
    """The page that asks for a key."""
    return render_template("review/sign_in.html", mistake=mistake, next=safe_next(request.values.get("next", "")))


def safe_next(path: str) -> str:
    """Where to go after signing in: a page of the desk, nowhere else."""
    parts = urlsplit(path)
    own = not parts.scheme and not parts.netloc and parts.path.startswith("/review") and "\\" not in path
    return path if own and path.isprintable() else "/review"


def sign_in() -> BaseResponse | str | tuple[str, int]:
    """Ask for a key; take one."""
    if request.method == "GET":
        return sign_in_page()
    read_form()
    check_token()
    key = _key_of(gate(), request.form.get("key", "").strip())
    if isinstance(key, int):
        return sign_in_page(f"错得太多，请等 {key} 秒再试。"), 429
    if key is None:
        return sign_in_page("密钥无效、已过期或已吊销。"), 401
    if not key.allows(SCOPE):
        return sign_in_page("这个密钥没有 review 权限；请向管理员要一个有的。"), 403
    with store().write() as connection:
        g.new_cookie = sessions.begin(connection, key.tenant, key.id)
    return redirect(safe_next(request.form.get("next", "")), 303)


def _key_of(door: Gate, sent: str) -> Key | int | None:
    """The valid key; None when it is none; seconds to wait for whoever has guessed too often."""
    address = address_of(request.environ)
    wait = door.guesses.wait(address)
    if wait:
        return wait
    key = door.ring.holder(sent)
    if key is None:
        door.guesses.count(address)
    return key


def sign_out() -> BaseResponse:
    """End the session; the cookie opens nothing any more."""
    token = request.cookies.get(COOKIE)
    if token:
        with store().write() as connection:
            sessions.end(connection, token)
    response = redirect(url_for("review.sign_in"), 303)
    response.delete_cookie(COOKIE, path="/review")
    return response
