"""From labelled examples to a model folder, in one line of steps; groups are never split; same input, same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from detector.document import Document
from detector.features import FAMILIES, NAMED, features
from detector.model import ARRAYS_FILE, FORMAT, MANIFEST_FILE, Index, Model, index_bits, load_model, seal
from detector.roles import without_denials
from detector.rules import RuleSet, load_rules
from detector.scoring import believed, families, noisy_or
from detector.types import CODES, LOW_BELOW, Posting
from detector.wording import BLOCK_OF, BLOCKS, KINDS, Classifier
from training.dataset import DataError, Example, data_hash
from training.files import BadRow
from training.labelled import read_labelled

Step = Callable[[str, float], None]
"""Told the name of a step and how much of the whole is done, 0..1."""

SETTINGS: Mapping[str, Any] = {
    "blocks": {"words": 1.5, "reading": 0.6, "characters": 1.5},
    "min_df": {"words": 1, "pairs": 2, "reading": 2, "bigrams": 2, "trigrams": 4},
    "C": 5.0,
    "C_codes": 20.0,
    "folds": 5,
    "least_code": 10,
    "joined": 0.3,
    "windows": {"share": 0.5, "discount": 0.6},
    "prior": 0.2,
    "unknown": 0.0625,
    "jobs": 2,
}


Held = tuple[NDArray[np.uint64], NDArray[np.int64]]
"""Distinct keys in order, and how often each occurs."""


@dataclass(frozen=True)
class Counts:
    """What one example holds: the features of each of FAMILIES, and what its rules claim."""

    held: tuple[Held, ...]
    rules: Mapping[str, float]


def count(example: Example, rules: RuleSet) -> Counts:
    """What one example holds."""
    document = Document(example.posting)
    found = features(without_denials(document))
    return Counts(
        held=tuple(np.unique(part, return_counts=True) for part in np.split(found.keys, np.cumsum(found.sizes[:-1]))),
        rules={str(reason.rule): reason.confidence for reason in rules.read(document).reasons},
    )


def _count_many(examples: Sequence[Example]) -> list[Counts]:
    rules = load_rules()
    return [count(example, rules) for example in examples]


def count_all(examples: Sequence[Example], jobs: int = 2) -> list[Counts]:
    """The features of every example, in order, on several cores."""
    size = 250
    chunks = [examples[at : at + size] for at in range(0, len(examples), size)]
    found: list[list[Counts]] = Parallel(n_jobs=jobs)(delayed(_count_many)(chunk) for chunk in chunks)
    return [counts for chunk in found for counts in chunk]


@dataclass(frozen=True)
class Vocabulary:
    """Which features get a row: `keys` in the order of the rows, `sizes` rows for each of FAMILIES.

    `idf` and `blocks` (a place in BLOCKS) have one entry a row; `rare` is the idf of what has no row.
    """

    keys: NDArray[np.uint64]
    sizes: tuple[int, ...]
    idf: NDArray[np.float64]
    blocks: NDArray[np.int64]
    rare: float

    @property
    def rows(self) -> int:
        """How many features there are."""
        return len(self.keys)

    @property
    def named(self) -> int:
        """How many are not runs of characters; those come first."""
        return sum(self.sizes[:NAMED])

    @property
    def starts(self) -> list[int]:
        """The first row of each family."""
        return [0, *accumulate(self.sizes[:-1])]


def vocabulary(counts: Sequence[Counts], settings: Mapping[str, Any] = SETTINGS) -> Vocabulary:
    """Features that stand in at least `min_df` examples, with their smoothed idf."""
    tables: list[NDArray[np.uint64]] = []
    many: list[NDArray[np.int64]] = []
    for number, family in enumerate(FAMILIES):
        keys, seen = np.unique(np.concatenate([item.held[number][0] for item in counts]), return_counts=True)
        kept = seen >= settings["min_df"][family]
        tables.append(keys[kept])
        many.append(seen[kept])
    together = np.concatenate(tables)
    placed = np.zeros(len(together), np.bool_)
    placed[Index(together, index_bits(len(together))).placed] = True
    family_of = np.repeat(np.arange(len(FAMILIES)), [len(table) for table in tables])[placed]
    idf = np.log((1 + len(counts)) / (1 + np.concatenate(many)[placed])) + 1
    rare = settings["unknown"] ** 0.5 * float(np.log((1 + len(counts)) / 2) + 1)
    return Vocabulary(
        keys=together[placed],
        sizes=tuple(np.bincount(family_of, minlength=len(FAMILIES)).tolist()),
        idf=idf,
        blocks=np.array([BLOCKS.index(BLOCK_OF[family]) for family in FAMILIES])[family_of],
        rare=rare,
    )


@dataclass(frozen=True)
class Raw:
    """Counts of examples: `known` (examples, features), and `unknown` (examples, blocks) occurrences without a row."""

    known: csr_matrix
    unknown: NDArray[np.float64]

    def __getitem__(self, rows: NDArray[np.int64]) -> Raw:
        return Raw(self.known[rows], self.unknown[rows])


def raw_counts(counts: Sequence[Counts], known: Vocabulary) -> Raw:
    """How often each feature stands in each example."""
    rows: list[NDArray[np.int64]] = []
    data: list[NDArray[np.int64]] = []
    borders = [0]
    unknown = np.zeros((len(counts), len(BLOCKS)))
    tables = np.split(known.keys, known.starts[1:])
    for number, item in enumerate(counts):
        length = borders[-1]
        for family, start, table, (keys, times) in zip(FAMILIES, known.starts, tables, item.held, strict=True):
            places = np.searchsorted(table, keys)
            found = np.zeros(len(keys), np.bool_)
            found[places < len(table)] = table[places[places < len(table)]] == keys[places < len(table)]
            rows.append(places[found] + start)
            data.append(times[found])
            length += int(found.sum())
            unknown[number, BLOCKS.index(BLOCK_OF[family])] += times[~found].sum()
        borders.append(length)
    shape = (len(counts), known.rows)
    return Raw(
        csr_matrix((np.concatenate(data).astype(np.float64), np.concatenate(rows), borders), shape=shape), unknown
    )


def weigh(raw: Raw, known: Vocabulary, settings: Mapping[str, Any] = SETTINGS) -> csr_matrix:
    """Values as `detector.wording.Encoder` computes them: (1 + log count) × idf, each block scaled to its norm.

    What has no row counts in the norm too, as if rare: a text full of words never seen is no clearer a case for it.
    """
    x, many = raw.known, len(BLOCKS)
    values = (1 + np.log(x.data)) * known.idf[x.indices]
    block = known.blocks[x.indices]
    row = np.repeat(np.arange(x.shape[0]), np.diff(x.indptr))
    squares = np.bincount(row * many + block, weights=values**2, minlength=x.shape[0] * many)
    norms = np.sqrt(squares + raw.unknown.ravel() * known.rare**2)
    scale = np.array([settings["blocks"][name] for name in BLOCKS])
    return csr_matrix((values * scale[block] / norms[row * many + block], x.indices, x.indptr), shape=x.shape)


def matrix(counts: Sequence[Counts], known: Vocabulary, settings: Mapping[str, Any] = SETTINGS) -> csr_matrix:
    """(examples, features) values as `detector.wording.Encoder` computes them."""
    return weigh(raw_counts(counts, known), known, settings)


def joined(raw: Raw, examples: Sequence[Example], settings: Mapping[str, Any] = SETTINGS) -> Raw:
    """Counts of honest texts put together, two to four at a time.

    Real honest postings are long and gather many weak signs; these teach that a sum of weak signs is no scam.
    """
    honest = [number for number, example in enumerate(examples) if example.label == "legit"]
    many = round(settings["joined"] * len(honest)) if len(honest) >= 4 else 0
    random = np.random.default_rng(7)
    parts = [random.choice(honest, size=2 + at % 3, replace=False) for at in range(many)]
    row = np.repeat(np.arange(many), [len(part) for part in parts])
    column = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    chosen = csr_matrix((np.ones(len(row)), (row, column)), shape=(many, len(examples)))
    return Raw(csr_matrix(chosen @ raw.known), chosen @ raw.unknown)


@dataclass(frozen=True)
class Weights:
    """(features, heads) weights and (heads,) intercepts; the first three heads are the kinds."""

    weights: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    heads: tuple[str, ...]

    def logits(self, x: csr_matrix) -> NDArray[np.float64]:
        """(examples, heads) decision values."""
        return np.asarray(x @ self.weights + self.intercepts)


def fit_weights(
    raw: Raw,
    known: Vocabulary,
    examples: Sequence[Example],
    settings: Mapping[str, Any] = SETTINGS,
    codes: bool = True,
) -> Weights:
    """Softmax over the kinds; for each code with enough examples a logistic head, among scams, over named features."""
    x = weigh(raw, known, settings)
    extra = weigh(joined(raw, examples, settings), known, settings)
    kinds = np.array([KINDS.index(example.label) for example in examples] + [KINDS.index("legit")] * extra.shape[0])
    with threadpool_limits(1):
        sure = LogisticRegression(C=settings["C"], max_iter=300).fit(vstack([x, extra]), kinds)
    scams = np.array([example.label == "scam" for example in examples])
    columns, intercepts, heads, jobs = [*sure.coef_], [*sure.intercept_], [*KINDS], []
    for code in CODES if codes else ():
        named = np.array([code in example.codes for example in examples])[scams]
        if named.sum() >= settings["least_code"] and not named.all():
            jobs.append(delayed(_fit_code)(x[scams, : known.named], named, settings["C_codes"]))
            heads.append(code)
    for column, intercept in Parallel(n_jobs=settings["jobs"])(jobs):
        columns.append(np.pad(column, (0, known.rows - len(column))))
        intercepts.append(intercept)
    return Weights(np.column_stack(columns), np.array(intercepts), tuple(heads))


def _fit_code(x: csr_matrix, named: NDArray[np.bool_], c: float) -> tuple[NDArray[np.float64], float]:
    with threadpool_limits(1):
        head = LogisticRegression(C=c, max_iter=200).fit(x, named)
    return head.coef_[0], float(head.intercept_[0])


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of the three kinds, rows sum to 1."""
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def held_out(
    raw: Raw, known: Vocabulary, examples: Sequence[Example], settings: Mapping[str, Any] = SETTINGS
) -> NDArray[np.float64]:
    """(examples, 4): shares of the kinds and the risk, each from a fit that saw nothing of the example's group."""
    found = np.zeros((len(examples), len(KINDS) + 1))
    folds = list(GroupKFold(settings["folds"]).split(raw.known, groups=[example.group for example in examples]))
    read = Parallel(n_jobs=settings["jobs"])(
        delayed(_fold)(raw[seen], known, [examples[i] for i in seen], [examples[i].posting for i in unseen], settings)
        for seen, unseen in folds
    )
    for (_, unseen), opinions in zip(folds, read, strict=True):
        found[unseen] = opinions
    return found


def _fold(
    raw: Raw, known: Vocabulary, seen: Sequence[Example], unseen: Sequence[Posting], settings: Mapping[str, Any]
) -> list[list[float]]:
    fitted = fit_weights(raw, known, seen, settings, codes=False)
    classifier = Classifier(in_memory(fitted, known, settings))
    opinions = [classifier.read(Document(posting)) for posting in unseen]
    return [[*opinion.shares, opinion.risk] for opinion in opinions]


def in_memory(fitted: Weights, known: Vocabulary, settings: Mapping[str, Any] = SETTINGS) -> Model:
    """A model that was never written."""
    kinds = len(KINDS)
    return Model(
        keys=known.keys,
        sizes=known.sizes,
        table=np.column_stack([known.idf, fitted.weights[:, :kinds]]).astype(np.float32),
        code_weights=fitted.weights[: known.named, kinds:].astype(np.float32),
        intercepts=fitted.intercepts.astype(np.float32),
        heads=fitted.heads,
        manifest={"blocks": settings["blocks"], "settings": {**settings, "rare": known.rare}},
        index=Index(known.keys, index_bits(known.rows)),
    )


def calibration(raw: NDArray[np.float64], scam: NDArray[np.bool_], prior: float) -> list[list[float]]:
    """A monotone curve of (raw, share of scams) points from held-out scores, for traffic that is `prior` scams."""
    share = float(scam.mean())
    if not 0 < share < 1:
        raise DataError("the held-out postings are all of one label, so no score can be calibrated; add examples")
    weights = np.where(scam, prior / share, (1 - prior) / (1 - share))
    iso = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(raw, scam, sample_weight=weights)
    grid = np.linspace(0, 1, 41)
    values = np.asarray(iso.predict(grid))
    smooth = np.convolve(np.pad(values, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    rising = np.maximum.accumulate(np.clip(smooth, 0.002, 0.995))
    rising[0], rising[-1] = min(rising[0], 0.01), max(rising[-1], 0.97)
    return [[round(float(a), 4), round(float(b), 4)] for a, b in zip(grid, rising, strict=True)]


def score_bands(
    share: NDArray[np.float64], posting: NDArray[np.bool_], scam: NDArray[np.bool_], prior: float
) -> list[float]:
    """Share of held-out texts with a score of 0-9, 10-19, … 90-100, for traffic that is `prior` scams.

    The service compares what it gives out with this (`scamjob_score_drift_psi`).
    """
    score = np.rint(100 * share)
    score[~posting] = np.minimum(score[~posting], LOW_BELOW - 1)
    weights = np.where(scam, prior / scam.mean(), (1 - prior) / (1 - scam.mean()))
    bands = np.bincount(np.minimum(score // 10, 9).astype(np.intp), weights, minlength=10)
    return [round(float(band), 4) for band in bands / bands.sum()]


PROBES = (
    "文员两名，双休，五险一金，月薪4500，地址在人民路18号。",
    "入职前先交服装押金300元，做满三个月退还。",
    "点赞关注一单5元，先垫付再返本金和佣金，日结，加微信。",
    "警方提醒：凡是要求先交押金的兼职都是诈骗。",
)
"""Texts whose logits are stored with the model and must come out again when it is loaded."""


def _tell_nobody(_name: str, _share: float) -> None:
    """No progress is shown."""


def train(
    paths: Sequence[Path], out: Path, *, settings: Mapping[str, Any] = SETTINGS, step: Step | None = None
) -> Mapping[str, Any]:
    """Train on labelled files and write a model folder; gives its manifest. DataError names a bad row."""
    tell: Step = step or (_tell_nobody)
    tell("reading", 0.0)
    examples = _read(paths)
    _refuse_too_little(examples)
    tell("reading the texts", 0.03)
    counts = count_all(examples, settings["jobs"])
    tell("vocabulary", 0.25)
    known = vocabulary(counts, settings)
    raw_matrix = raw_counts(counts, known)
    tell("held-out scores", 0.3)
    shares = held_out(raw_matrix, known, examples, settings)
    tell("final weights", 0.6)
    fitted = fit_weights(raw_matrix, known, examples, settings)
    tell("calibration", 0.95)
    audit = rule_audit(counts, examples)
    raw = np.array(
        [
            noisy_or(risk, families(item.rules, audit, legit).values())
            for (_, legit, _, risk), item in zip(shares.tolist(), counts, strict=True)
        ]
    )
    scam = np.array([example.label == "scam" for example in examples])
    posting = shares[:, 2] < np.maximum(shares[:, 0], shares[:, 1])
    curve = calibration(raw[posting], scam[posting], settings["prior"])
    manifest = {
        "format": FORMAT,
        "heads": list(fitted.heads),
        "sizes": list(known.sizes),
        "blocks": dict(settings["blocks"]),
        "settings": {**{key: value for key, value in settings.items() if key != "jobs"}, "rare": known.rare},
        "calibration": curve,
        "scores": score_bands(np.interp(raw, *np.transpose(curve)), posting, scam, settings["prior"]),
        "data": {
            "sha256": data_hash(examples),
            "examples": len(examples),
            "labels": dict(sorted(Counter(example.label for example in examples).items())),
            "groups": len({example.group for example in examples}),
        },
        "metrics": held_out_metrics(shares[:, :3], raw, examples),
        "rules": audit,
    }
    write_model(out, fitted, known, manifest)
    tell("done", 1.0)
    return manifest


def _read(paths: Iterable[Path]) -> list[Example]:
    """The examples of labelled files of any kind; DataError at the first row that is none."""
    examples: list[Example] = []
    for path, _, row in read_labelled(map(str, paths)):
        if isinstance(row, BadRow):
            raise DataError(f"{path}:{row.number}: {row.cause}")
        examples.append(row)
    return examples


def _refuse_too_little(examples: Sequence[Example]) -> None:
    for label in KINDS:
        groups = {example.group for example in examples if example.label == label}
        if len(groups) < SETTINGS["folds"]:
            raise DataError(
                f"{len(groups)} groups with examples of {label!r}; training needs at least {SETTINGS['folds']} of each "
                "label (an example with no group is one of its own)"
            )


def held_out_metrics(
    shares: NDArray[np.float64], raw: NDArray[np.float64], examples: Sequence[Example]
) -> dict[str, float]:
    """How well the held-out scores tell scams, before calibration, at 0.5."""
    scam = np.array([example.label == "scam" for example in examples])
    kinds = np.array([KINDS.index(example.label) for example in examples])
    told = (raw >= 0.5) & (shares.argmax(axis=1) != 2)
    hit = float((told & scam).sum())
    return {
        "accuracy": round(float((told == scam).mean()), 4),
        "f1": round(2 * hit / float(told.sum() + scam.sum()), 4),
        "recall": round(hit / float(scam.sum()), 4),
        "false_alarms": round(float((told & ~scam).sum() / (~scam).sum()), 4),
        "auc": round(float(roc_auc_score(scam, raw)), 4),
        "kind_accuracy": round(float(((shares.argmax(axis=1) == 2) == (kinds == 2)).mean()), 4),
    }


def rule_audit(counts: Sequence[Counts], examples: Sequence[Example]) -> dict[str, dict[str, float]]:
    """For each rule that fired: in how many texts of each label, what it claims, and what may be believed of it."""
    fired: dict[str, Counter[str]] = {}
    claims: dict[str, float] = {}
    for item, example in zip(counts, examples, strict=True):
        for rule, claim in item.rules.items():
            fired.setdefault(rule, Counter())[example.label] += 1
            claims[rule] = claim
    return {
        rule: {
            "claimed": claims[rule],
            "believed": round(believed(claims[rule], labels["scam"], labels["legit"]), 3),
            **{label: labels[label] for label in KINDS},
        }
        for rule, labels in sorted(fired.items())
    }


def write_model(out: Path, fitted: Weights, known: Vocabulary, manifest: dict[str, Any]) -> None:
    """Write arrays and manifest, each whole or not at all; the manifest last, so that a kill leaves no half model."""
    arrays: dict[str, Any] = {
        "keys": known.keys,
        "idf": known.idf.astype(np.float16),
        "kind_weights": fitted.weights[:, :3].astype(np.float16),
        "code_weights": fitted.weights[: known.named, 3:].astype(np.float16),
        "intercepts": fitted.intercepts.astype(np.float32),
    }
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    raw = buffer.getvalue()
    manifest["sha256"] = hashlib.sha256(raw).hexdigest()
    manifest["probes"] = []
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / ARRAYS_FILE, raw)
    write_whole(out / MANIFEST_FILE, _json(manifest))
    classifier = Classifier(load_model(out))
    manifest["probes"] = [
        {"text": text, "shares": classifier.read(Document(Posting(text=text))).shares} for text in PROBES
    ]
    write_whole(out / MANIFEST_FILE, _json(manifest))


def _json(manifest: Mapping[str, Any]) -> bytes:
    manifest = json.loads(json.dumps(manifest))  # as a reader will see it: lists for tuples, plain numbers
    value = {**manifest, "seal": seal(manifest)}
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


def write_whole(path: Path, raw: bytes) -> None:
    """Write a file so that it is there whole or not at all: temporary file, fsync, rename."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise
