"""Whole files, assessed in the background.

routes → folder (the file) + store (the job) → knock → keeper → `scamjob work` → segments of the result → webhook
"""

from __future__ import annotations
