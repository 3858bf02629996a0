"""Work out what piece work comes to by the posting's own words: 一桩85元, 一天跑六十桩 is 5,100 a day.

A price of a piece says little: three mao are ordinary for sealing a box and absurd for a glance at a picture. But a
posting mostly tells how much one does in a day, or how long a piece takes, and what that comes to needs no table.
Every look is bounded, so the time is linear in the number of sums.

Each module knows only those before it: counts, times, speed, reading.
"""

from detector.output.counts import NUMBER, Output, people
from detector.output.reading import output
from detector.output.speed import runs_by_itself

__all__ = ["NUMBER", "Output", "output", "people", "runs_by_itself"]
