"""The desk and the campaign memory go by one fingerprint: what one takes for a copy, the other does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, text
from traps import honest, trap

from api.store import likeness, migrate, postings
from api.store.likeness import Likeness
from api.store.postings import Kept
from api.store.review_tables import likenesses
from api.store.tables import LOCAL
from detector.types import Posting

if TYPE_CHECKING:
    from api.store import Store


def of(words: str) -> Likeness:
    return Likeness.of({"text": words})


def test_disguises_and_other_figures_make_no_other_text() -> None:
    plain = of("招聘打字员，日结300元，入职前先交押金200元，三天后退还，加微信联系")
    same = of("招聘打字员，日结900元；入职前先交押-金 150元，三天後退還，加薇信联系")
    assert plain.share(same) > 0.8
    assert set(plain.keys()) & set(same.keys())


def test_copies_of_a_trap_are_alike_and_honest_postings_are_not() -> None:
    traps = [of(trap(number)) for number in range(10)]
    assert sum(one.share(other) >= likeness.ALIKE for one in traps for other in traps) >= 90
    assert not any(traps[0].share(of(honest(number))) >= likeness.ALIKE for number in range(50))


def test_a_short_text_is_like_the_same_words_alone() -> None:
    one = of("先交押金两百元")
    assert one.share(of("先交押-金两百元")) == 1.0
    assert one.share(of("先交押金三百元")) == 0.0
    assert one.keys() == of("先交押金两百元").keys() != of("先交押金三百元").keys()
    assert one.share(of(trap(1))) == 0.0


def test_the_keys_of_postings_kept_before_are_made_anew(store: Store) -> None:
    with store.write() as connection:
        for number in range(3):
            key = postings.keep(connection, Posting(text=trap(number)), Kept(LOCAL, "assessment"))
            likeness.remember(connection, LOCAL, key, {"text": trap(number)})
        wanted = set(connection.execute(select(likenesses)).all())
        connection.execute(text("UPDATE likenesses SET band = 'old' || substr(band, 4)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0006'"))
    with store.write() as connection:
        migrate.upgrade(connection)
        assert set(connection.execute(select(likenesses)).all()) == wanted
