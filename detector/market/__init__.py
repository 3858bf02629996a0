"""Set the pay a posting offers against what the work named usually pays, and show the sum.

千字9元 is ordinary and 9元/字 a lure; 日薪1000 is a crane driver's wage and absurd for typing. No word list can tell
them apart: one needs the figure (detector.pay), the trade, and a table of usual wages (reference/wages.toml, every row
with its source). The comparison errs on the side of the posting: bounds are wide, trades that live on commission have
far wider ones, and without a trade only postings that ask for nothing, or say nothing, are measured.

Each module knows only those before it: wages, comparison, units, asked, titles, context, trade, returns, worked,
spent, offers, limits, measure, pieces, comparing.
"""

from detector.market.asked import asks_nothing
from detector.market.comparing import compare
from detector.market.comparison import Comparison, Verdict, names_in_arithmetic
from detector.market.wages import UNSKILLED, WAGES_FILE, load_wages

__all__ = [
    "UNSKILLED",
    "WAGES_FILE",
    "Comparison",
    "Verdict",
    "asks_nothing",
    "compare",
    "load_wages",
    "names_in_arithmetic",
]
