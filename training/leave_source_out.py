"""What a model makes of a source it never saw: `python -m training.leave_source_out DATA... [--base shipped]`.

The boards that a team reads change. For every source of DATA a model is trained on all the others (with --base shipped
on the examples that come with the program, too) and asked about that one. Beside it stands what is said of the same
texts by models that know the source, though never the text's own group. Rules are joined in as in service; a text is
called a scam from a risk of one half on, before calibration, as in the figures that `scamjob train` prints.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from training.confidence import wilson
from training.counts import Counts, count_all
from training.dataset import DataError
from training.evaluate import auc
from training.held_out import joined_risks, rule_audit
from training.mixture import BASES, Mix, Mixed, kept_together, mixed, read_all, stream
from training.opinions import opinions
from training.page import Cell, Table, plain
from training.regression import fit_weights
from training.settings import SETTINGS
from training.splits import units
from training.vocabulary import Raw, Vocabulary, raw_counts, vocabulary
from training.weights import in_memory

Places = NDArray[np.int64]
Answers = NDArray[np.float64]
"""(texts, 4): shares of the kinds, and the risk with the rules joined in."""

HALF = 0.5
HEAD = ("source", "texts", "F1", "AUC", "recall", "false alarms")
ALL = "all"


@dataclass(frozen=True)
class Material:
    """The rows, what is counted in them, and which of them are one of several `sources` (texts,) of the team."""

    data: Mixed
    sources: NDArray[np.str_]
    counts: Sequence[Counts]
    known: Vocabulary
    raw: Raw

    @property
    def own(self) -> Places:
        """The team's rows."""
        return np.flatnonzero(self.data.own)


def material(paths: Sequence[Path], base: str) -> Material:
    """Read and count the rows; DataError where they name fewer than two sources."""
    data = mixed(stream(read_all(paths), Mix(base)), Mix(base))
    sources = np.array([item.source for item in data.examples], np.str_)
    if len(set(sources[data.own].tolist())) < 2:
        raise DataError("the rows name fewer than two sources; give them a column source")
    data = kept_together(data, units(data.examples))
    counts = count_all(data.examples, SETTINGS["jobs"])
    known = vocabulary(counts)
    return Material(data, sources, counts, known, raw_counts(counts, known))


def answers(all_of: Material, asked: Places) -> Answers:
    """What is said of these texts by a model of the rows that share no group with any of them."""
    groups, data = all_of.data.groups, all_of.data
    seen = np.flatnonzero(~np.isin(groups, groups[asked]))
    rows = None if data.rows is None else data.rows[seen]
    examples = [data.examples[at] for at in seen.tolist()]
    fitted = fit_weights(all_of.raw[seen], all_of.known, examples, rows=rows)
    audit = rule_audit([all_of.counts[at] for at in seen.tolist()], examples)
    counts = [all_of.counts[at] for at in asked.tolist()]
    found = opinions(in_memory(fitted, all_of.known), counts)
    found[:, 3] = joined_risks(found, counts, audit)
    return found


def tables(all_of: Material) -> Iterator[Table]:
    """The sources known, then each of them left out."""
    own, folds = all_of.own, GroupKFold(SETTINGS["folds"])
    parts = [own[part] for _, part in folds.split(own, groups=all_of.data.groups[own])]
    yield _table("sources known, groups held out", all_of, parts)
    names = all_of.sources[own]
    yield _table("each source left out", all_of, [own[names == name] for name in sorted(set(names.tolist()))])


def _table(title: str, all_of: Material, parts: Sequence[Places]) -> Table:
    """One fit for each part; a line for each source, and one for all."""
    found = np.zeros((len(all_of.sources), 4))
    for part in parts:
        found[part] = answers(all_of, part)
        click.echo(f"{title}: {len(part):,} texts asked", err=True)
    own = all_of.own
    lines = [
        (ALL, own),
        *((name, own[all_of.sources[own] == name]) for name in sorted({*all_of.sources[own].tolist()})),
    ]
    scam = np.array([item.label == "scam" for item in all_of.data.examples])
    return Table(title, HEAD, tuple((name, *_cells(found[places], scam[places])) for name, places in lines))


def _cells(said: Answers, scam: NDArray[np.bool_]) -> Iterator[Cell]:
    told = (said[:, 3] >= HALF) & (said[:, :3].argmax(axis=1) != 2)
    hits, alarms = int((told & scam).sum()), int((told & ~scam).sum())
    yield len(said)
    yield 2 * hits / int(told.sum() + scam.sum()) if scam.any() else None
    yield auc(said[:, 3].tolist(), scam.tolist())
    yield wilson(hits, int(scam.sum()))
    yield wilson(alarms, int((~scam).sum()))


@click.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--base", type=click.Choice(BASES), default="none", help="Train on the shipped examples as well.")
def main(data: Sequence[Path], base: str) -> None:
    """Print the figures of every source, known and left out."""
    for table in tables(material(data, base)):
        click.echo(plain(table) + "\n")


if __name__ == "__main__":
    main()
