"""What a model says of texts whose features are known already: none is read again."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from detector.document import Document
from detector.model import Model
from detector.scoring import kindred
from detector.types import Posting
from detector.wording import Encoder, Opinion
from training.counts import Counts

_NO_DOCUMENT = Document(Posting(text=""))


def opinions(model: Model, counts: Iterable[Counts], codes: bool = True) -> NDArray[np.float64]:
    """(texts, 4): shares of the kinds and the risk, as the detector reads them.

    With `codes` the risk stands by the likeliest reason code, as in a score.
    """
    encode = Encoder(model)
    said = (Opinion(model, encode.features(item.features), _NO_DOCUMENT) for item in counts)
    return np.array(
        [[*one.shares, one.risk * (kindred(one.codes.values()) if codes else 1.0)] for one in said]
    ).reshape(-1, 4)
