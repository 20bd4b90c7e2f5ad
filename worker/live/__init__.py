"""The live page: what the worker is doing, seen in a browser, served by the worker itself.

A consumer process makes a small `Digest` of each batch it delivered; the supervisor's `Board` adds them up; `answer()`
serves the page and the board as JSON. Everything is bounded: a board holds a quarter of an hour, the latest few
headlines and dead letters, and a thousand sources.
"""

from worker.live.board import Board
from worker.live.digest import Digest, Headline, Lag, Letter, digest
from worker.live.serve import Answer, answer

__all__ = ["Answer", "Board", "Digest", "Headline", "Lag", "Letter", "answer", "digest"]
