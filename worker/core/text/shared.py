"""What a page shares with the other pages of its site: which fingerprints count as known, and what they say."""

from typing import Final

import numpy as np
import numpy.typing as npt

from schemas.site_profile import SiteProfile
from worker.core.text import kinds as k
from worker.core.text.letters import Flags, Ints, Letters
from worker.core.text.prints import prints_of_words
from worker.core.text.words import Hashes, Words

LEAST_PAGES: Final = 3
"""Pages that must have a run of words before it is known: a page that was counted itself, and a twin of it, are two."""
LEAST_SHARE: Final = 16
"""One in so many of a site's pages must have it, too."""
DOUBT: Final = 2.0
"""Natural logarithm of odds that a stretch loses as running text when the site's other pages have all of it, too.

Never a verdict: the notes on a company at the end of all of its releases are body.
"""
LEAD_LETTERS: Final = 400
"""Letters that a teaser of a story has at most."""


def known_of(profile: SiteProfile) -> Hashes:
    """The fingerprints that a site's pages have in common, sorted."""
    known: Hashes = np.sort(np.frombuffer(profile.prints, dtype="<u8")[_common(profile)]).astype(np.uint64)
    return known


def trimmed(profile: SiteProfile) -> SiteProfile:
    """A profile without what only counts for the next one: the core does the same with it."""
    common = _common(profile)
    prints = np.frombuffer(profile.prints, dtype="<u8")[common].tobytes()
    seen = np.frombuffer(profile.seen, dtype="<u2")[common].tobytes()
    return profile.model_copy(update={"prints": prints, "seen": seen, "recent": b""})


def _common(profile: SiteProfile) -> Flags:
    seen = np.frombuffer(profile.seen, dtype="<u2")
    common: Flags = seen >= max(LEAST_PAGES, profile.pages / LEAST_SHARE)
    return common


def doubts(page: Letters, words: Words, starts: Ints, known: Hashes, running: Flags) -> npt.NDArray[np.float64]:
    """For each stretch of the text from one start to the next: log-odds that it loses as running text, 0 or more.

    Nothing where half of its letters or fewer are known, `DOUBT` where all are. `running` are the stretches that are
    taken for running text as it is: those right before the first one that is not known may be the story's lead, which
    other pages print beside its headline, and lose nothing.
    """
    counts = page.has(k.WORDLIKE)
    again = prints_of_words(page, words).covered(known) & counts
    letters = np.add.reduceat(counts, starts, dtype=np.int64)
    share = np.add.reduceat(again, starts, dtype=np.int64) / np.maximum(letters, 1)
    result: npt.NDArray[np.float64] = DOUBT * np.clip(2 * share - 1, 0, 1)
    result[_lead(result > 0, running, letters)] = 0
    return result


def _lead(known: Flags, running: Flags, letters: Ints) -> slice:
    """The known stretches that lead into the first running text that is not known; none where they are too long."""
    first = int(np.argmax(running & ~known))
    begin = first
    while begin and known[begin - 1] and running[begin - 1]:
        begin -= 1
    return slice(begin, first if letters[begin:first].sum() <= LEAD_LETTERS else begin)
