"""What a team calls its columns and labels, so that its files are read as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from detector.types import Posting
from training.dataset import LABELS

COLUMNS = (*Posting.FIELDS, "id", "label", "codes", "source", "group", "date", "poster", "voice")
"""The columns that mean something here; any other one is left alone."""

MEANT: Mapping[str, str] = {
    "scam": "诈骗 骗局 骗子 虚假 欺诈 违规 黑 fraud fake spam bad 1 true yes 是",
    "legit": "正常 合法 真实 合规 诚信 白 legitimate normal ham ok good real 0 false no 否",
    "not_posting": "非招聘 无关 其他 其它 不是招聘 other none irrelevant",
}
"""Words that teams use for the labels: they are suggested, never assumed."""


class NamingError(ValueError):
    """A name that was given cannot be meant."""


@dataclass(frozen=True)
class Names:
    """`columns`: a team's column → ours; `labels`: a team's label → ours. Both compare without case and blanks."""

    columns: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: Iterable[str], labels: Iterable[str]) -> Names:
        """From `text=描述` (ours first) and `诈骗=scam` (theirs first); NamingError says what is wrong with one."""
        ours = [_pair(one, "text=描述") for one in columns]
        theirs = [_pair(one, "诈骗=scam") for one in labels]
        _check((name for name, _ in ours), COLUMNS, "column")
        _check((label for _, label in theirs), LABELS, "label")
        _check_once(ours, 0, "--column")
        _check_once(theirs, 0, "--label-value")
        return cls({_key(one): name for name, one in ours}, {_key(one): label for one, label in theirs})

    def header(self, names: Iterable[str]) -> list[str]:
        """The columns by our names; where a team's own stands for one of ours, ours of that name is another thing."""
        present = list(names)
        taken = {self.columns[_key(name)] for name in present if _key(name) in self.columns}
        renamed = [self.columns.get(_key(name), None if name in taken else name) for name in present]
        return [name for name in renamed if name is not None]

    def row(self, values: Mapping[str, object]) -> Mapping[str, object]:
        """The values by our names."""
        if not self.columns:
            return values
        renamed = {self.columns[_key(name)]: value for name, value in values.items() if _key(name) in self.columns}
        return {name: value for name, value in values.items() if _key(name) not in self.columns} | renamed

    def label(self, value: object) -> str:
        """Our label for what a row says; ValueError names the one that is probably meant."""
        if value is None or value == "":
            raise ValueError(f"no label; there are {', '.join(LABELS)}")
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        written = str(value).strip()
        label = self.labels.get(_key(written), written)
        if label not in LABELS:
            raise ValueError(f"label {written[:40]!r}; {_cure(written)}")
        return label


def _key(name: str) -> str:
    return name.strip().casefold()


def _pair(text: str, like: str) -> tuple[str, str]:
    left, sign, right = (part.strip() for part in text.partition("="))
    if not (left and sign and right):
        raise NamingError(f"{text!r} is no pair; write {like}")
    return left, right


def _check(names: Iterable[str], known: Iterable[str], what: str) -> None:
    for name in names:
        if name not in known:
            raise NamingError(f"no {what} {name!r}; there are {', '.join(known)}")


def _check_once(pairs: list[tuple[str, str]], side: int, option: str) -> None:
    for number, pair in enumerate(pairs):
        if any(_key(pair[side]) == _key(other[side]) for other in pairs[:number]):
            raise NamingError(f"{option} names {pair[side]!r} twice")


def _cure(written: str) -> str:
    word = _key(written)
    meant = next((label for label, words in MEANT.items() if word in words.split()), None)
    near = [meant] if meant else get_close_matches(word.replace(" ", "_").replace("-", "_"), LABELS, n=1)
    if near:
        return f"do you mean {near[0]}? (--label-value {written[:40]}={near[0]})"
    return f"there are {', '.join(LABELS)}"
