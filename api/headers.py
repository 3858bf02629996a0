"""Headers that every answer carries, errors too: nothing from elsewhere runs, nothing is framed, nothing is kept."""

from __future__ import annotations

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; "
    "img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)

SECURITY = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

KEPT_FILES = "public, max-age=86400"


def secure(response: Response) -> Response:
    """Add the security headers; only files without anybody's text may be kept by a cache."""
    response.headers.update(SECURITY)
    static = request.endpoint in {"static", "pages.favicon"} and response.status_code in {200, 206, 304}
    response.headers["Cache-Control"] = KEPT_FILES if static else "no-store"
    return response


def register(app: Flask) -> None:
    """Apply to every answer of the application."""
    app.after_request(secure)
