"""Which model runs here: the one that was promoted, or the one that comes with the program. Reading only.

$SCAMJOB_HOME/models/
  promoted            the last promotion or rollback, as JSON; replaced in one step
  history.jsonl       all of them, one a line
  versions/VERSION/   manifest.json, model.npz, and record.json: when it was added, how it did at the gates
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import detector
from detector.errors import ModelError, RegistryError
from detector.home import home
from detector.model import ARRAYS_FILE, CURE, MANIFEST_FILE, SHIPPED

SHIPPED_NAME = "shipped"
PROMOTED_NAME = "promoted"
RECORD_FILE = "record.json"
VERSION = re.compile("[0-9a-f]{12}")
BEGINNING = re.compile("[0-9a-f]{4,12}")
"""What may stand for a version: its first digits, as long as they are those of one only."""
WAY_BACK = "`scamjob models rollback` goes back, `--model shipped` takes the one that comes with the program"

Stamp = tuple[tuple[str, int, int, int], ...]
"""(path, inode, change in ns, size) of files: differs as soon as one of them was replaced."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """One step of the history: since `when`, `version` runs instead of `previous`."""

    number: int
    action: str
    version: str
    previous: str
    when: str
    who: str
    reason: str = ""
    overruled: tuple[str, ...] = ()
    """The gates that refused it and were overruled by --force."""

    def to_line(self) -> bytes:
        """One line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"

    @classmethod
    def of_line(cls, line: str) -> Promotion:
        """The step in a line of JSON; ValueError when it is none."""
        said = json.loads(line)
        if not isinstance(said, dict) or not is_name(said.get("version")) or not isinstance(said.get("number"), int):
            raise ValueError("no version and number in it")
        known = {field.name: said.get(field.name, "") for field in fields(cls)}
        return cls(**known | {"overruled": tuple(said.get("overruled") or ())})


def is_name(version: object) -> bool:
    """Whether it is a whole version or `shipped`, and so safe as the name of a folder."""
    return isinstance(version, str) and (version == SHIPPED_NAME or VERSION.fullmatch(version) is not None)


@dataclass(frozen=True, slots=True)
class Registry:
    """The models of one installation. The folder need not exist: then nothing was promoted yet."""

    root: Path

    @classmethod
    def here(cls) -> Registry:
        """That of $SCAMJOB_HOME."""
        return cls(home() / "models")

    @property
    def pointer(self) -> Path:
        """The file that says what is promoted."""
        return self.root / "promoted"

    @property
    def log(self) -> Path:
        """The file of all promotions and rollbacks."""
        return self.root / "history.jsonl"

    @property
    def shelf(self) -> Path:
        """The folder with one folder a version."""
        return self.root / "versions"

    def folder(self, version: str) -> Path:
        """Where a version lies, whether or not it is there."""
        return SHIPPED if version == SHIPPED_NAME else self.shelf / version

    def versions(self) -> list[str]:
        """The versions that were added, in order of their names."""
        if not self.shelf.is_dir():
            return []
        return sorted(path.name for path in self.shelf.iterdir() if VERSION.fullmatch(path.name))

    def promoted(self) -> Promotion | None:
        """The last promotion or rollback; None where there never was one. RegistryError when that cannot be read."""
        try:
            return Promotion.of_line(self.pointer.read_text("utf-8"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RegistryError(f"{self.pointer}: {error.strerror}") from None
        except (ValueError, TypeError) as error:
            cure = "`scamjob models promote VERSION` writes it anew, `--model shipped` does without it"
            raise RegistryError(f"{self.pointer}: damaged ({error}); {cure}") from None

    def running(self) -> str:
        """The version that runs where none is named: the promoted one, or `shipped`."""
        last = self.promoted()
        return last.version if last else SHIPPED_NAME

    def history(self) -> list[Promotion]:
        """All promotions and rollbacks in order; a step that a kill kept out of the log is taken from the pointer."""
        steps = self.logged()
        try:
            last = self.promoted()
        except RegistryError:
            last = None
        if last and (not steps or steps[-1].number < last.number):
            steps.append(last)
        return steps

    def logged(self) -> list[Promotion]:
        """Those that the log holds: all, but for a last one that a kill may have kept out of it."""
        return list(_steps(self.log))

    def record(self, version: str) -> dict[str, Any]:
        """What was written down of a version beside its manifest; empty where that is missing or damaged."""
        try:
            said = json.loads((self.folder(version) / RECORD_FILE).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}

    def name(self, given: str) -> str | None:
        """The version that a name or the beginning of one stands for; None when it stands for none."""
        if given == SHIPPED_NAME:
            return SHIPPED_NAME
        if given == PROMOTED_NAME:
            return self.running()
        found = [version for version in self.versions() if BEGINNING.fullmatch(given) and version.startswith(given)]
        if len(found) > 1:
            raise RegistryError(f"{given}: that begins {' and '.join(found)}; give more digits")
        return found[0] if found else None

    def resolve(self, given: str | Path | None = None) -> Path:
        """The folder of a model: by its path, by its version, or the one that runs here."""
        if given is None:
            return self.folder(self.running())
        named = self.name(str(given)) if str(given) in {SHIPPED_NAME, PROMOTED_NAME} else None
        if named is None and not Path(given).exists():
            named = self.name(str(given))
            if named is None and len(Path(given).parts) == 1:
                raise ModelError(f"{given}: no such folder and no such version; `scamjob models list` names them")
        return self.folder(named) if named else Path(given)

    def load(self, given: str | Path | None = None) -> detector.Detector:
        """The detector around that model; where it is a version of ours that is broken, the error says the way out."""
        folder = self.resolve(given)
        try:
            return detector.Detector.load(None if folder == SHIPPED else folder)
        except ModelError as error:
            if folder.parent != self.shelf:
                raise
            told = str(error).removesuffix(f"; {CURE}")
            if given is None:
                raise ModelError(f"the promoted model cannot be used: {told}; {WAY_BACK}") from None
            raise ModelError(f"{told}; put it in again with `scamjob models add`") from None

    def stamp(self) -> Stamp:
        """Changes as soon as another model is promoted, or the files of the promoted one are mended."""
        try:
            folder = self.folder(self.running())
        except RegistryError:
            return stamp_of([self.pointer])
        return stamp_of([self.pointer, folder / MANIFEST_FILE, folder / ARRAYS_FILE])


def stamp_of(paths: list[Path]) -> Stamp:
    """The stamp of those of the files that are there; costs a few microseconds a file."""
    return tuple(_stamps(paths))


def _stamps(paths: list[Path]) -> Iterator[tuple[str, int, int, int]]:
    for path in paths:
        try:
            found = path.stat()
        except OSError:
            continue
        yield str(path), found.st_ino, found.st_mtime_ns, found.st_size


def _steps(log: Path) -> Iterator[Promotion]:
    try:
        lines = log.read_text("utf-8", "replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            yield Promotion.of_line(line)
        except (ValueError, TypeError):
            continue


def load(given: str | Path | None = None) -> detector.Detector:
    """The detector around a model of this installation: by path, by version, or the one that runs here."""
    return Registry.here().load(given)
