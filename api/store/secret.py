"""The secret of this installation: what is kept in place of a text, a number or a name is made with it.

Whoever has the database but not the secret can neither read what was kept nor try out numbers on it. It lies beside the
database, not in it, in $SCAMJOB_SECRET or the folder of the installation; machines that share a database need the same.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from api.store.errors import StoreError
from detector.home import home

SECRET = "SCAMJOB_SECRET"  # noqa: S105  # the name of a variable
"""A file with the secret, where it does not lie in the folder of the installation."""
_DIGITS = 64


def secret() -> bytes:
    """The secret, made when it is first asked for. StoreError when it can be neither read nor made."""
    named = os.environ.get(SECRET)
    path = Path(named).expanduser() if named else home() / "secret"
    try:
        if not path.exists():
            _make(path)
        said = path.read_text("ascii").strip()
        found = bytes.fromhex(said)
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: no secret can be read there ({type(error).__name__})") from None
    if len(said) != _DIGITS:
        raise StoreError(f"{path}: must hold {_DIGITS} hexadecimal digits; put back the file that belongs there")
    return found


def _make(path: Path) -> None:
    """Whole or not at all, and once, however many processes begin; readable for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    ours = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(ours, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(_DIGITS // 2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was first
            os.link(ours, path)
    finally:
        ours.unlink(missing_ok=True)


def keyed(key: bytes, *parts: str) -> int:
    """A number from -2**63 that stands for these words; the same for the same, and no way back without the key."""
    said = b"".join(len(part).to_bytes(4) + part for part in (one.encode("utf-8", "replace") for one in parts))
    return int.from_bytes(hmac.digest(key, said, hashlib.sha256)[:8], "big", signed=True)
