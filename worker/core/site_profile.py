"""A site's profile as it grows: the fingerprints of its pages are counted, page by page, in a table of bounded size."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from schemas.site_profile import PagePrints, SiteProfile
from worker.core.address import canonical, digest
from worker.core.model import RUNNING, Label, Segment
from worker.core.text.letters import Ints
from worker.core.text.prints import prints_of
from worker.core.text.words import Hashes

LIMIT: Final = 2000
"""Fingerprints in a profile: the furniture of a page has some hundred, and those of its story soon make room."""
LARGEST: Final = 600
"""Fingerprints that a page's body, and the rest of the page, may each give."""
_LEAST_BODY: Final = 8
"""Fingerprints that a body has at least, or its page says little of the site."""
_AGED: Final = 128
"""Pages at which all counts are halved, so that a site's old face is forgotten."""
_RECENT: Final = 64
"""Pages that are remembered one by one, half of those between two halvings: what comes again later is rare by then."""
_SKETCH: Final = 8
"""Fingerprints of its story that a page is remembered by, the least ones."""
_SAME: Final = 5
"""So many of them in common make two pages print one story: likely from two thirds of the text on, not at a third."""


def page_prints(text: str, segments: Sequence[Segment]) -> PagePrints:
    """The fingerprints of a page that was laid out, those of its main story apart."""
    prints = prints_of(text)
    story = np.zeros(prints.size + 1, dtype=np.int64)
    for segment in segments:
        if segment.label in RUNNING and segment.label is not Label.EMBEDDED_BODY and segment.article == 0:
            story[segment.start] += 1
            story[segment.end] -= 1
    kept = prints.kept()
    inside = np.cumsum(story)[prints.start[kept]] > 0
    hashes = prints.hash[kept]
    return PagePrints(body=_packed(hashes[inside]), rest=_packed(hashes[~inside]))


def grown(profile: SiteProfile | None, host: str, url: str, page: PagePrints, version: int) -> SiteProfile | None:
    """The profile with one more page of its host; None where the page must not count.

    A page counts once, and only if its story is none that was counted lately under another url. `version` is what the
    new profile is called, unless the old one has that number or a higher one. The same pages in the same order make the
    same profile.
    """
    body = _unpacked(page.body)
    if len(body) < _LEAST_BODY:
        return None
    counted = _unpacked(profile.recent if profile else b"").reshape(-1, 1 + _SKETCH)
    sketch = np.append(np.uint64(int(digest(canonical(url))[:16], 16)), body[:_SKETCH])
    if ((counted[:, 0] == sketch[0]) | (np.isin(counted[:, 1:], sketch[1:]).sum(axis=1) >= _SAME)).any():
        return None
    table = _Table(profile)
    table.count(np.union1d(body, _unpacked(page.rest)))
    return SiteProfile(
        host=host,
        version=max(version, profile.version + 1 if profile else 1),
        pages=table.pages,
        prints=table.prints.astype("<u8").tobytes(),
        seen=table.seen.astype("<u2").tobytes(),
        recent=np.vstack((counted, sketch))[-_RECENT:].astype("<u8").tobytes(),
    )


def _packed(hashes: Hashes) -> bytes:
    return np.unique(hashes)[:LARGEST].astype("<u8").tobytes()


def _unpacked(packed: bytes) -> Hashes:
    return np.frombuffer(packed, dtype="<u8").astype(np.uint64)


class _Table:
    """Fingerprints, those seen last at the end, and how many pages have each; counts are never too high."""

    def __init__(self, profile: SiteProfile | None) -> None:
        self.pages = profile.pages if profile else 0
        self.prints = _unpacked(profile.prints if profile else b"")
        self.seen = np.frombuffer(profile.seen if profile else b"", dtype="<u2").astype(np.int64)

    def count(self, page: Hashes) -> None:
        """Count a page's fingerprints, each once."""
        again = np.isin(self.prints, page)
        new = page[~np.isin(page, self.prints)]
        self.prints = np.concatenate((self.prints[~again], self.prints[again], new))
        self.seen = np.concatenate((self.seen[~again], self.seen[again] + 1, np.ones(len(new), dtype=np.int64)))
        self.pages += 1
        if self.pages >= _AGED:
            self.pages //= 2
            self.seen //= 2
            self._keep(np.flatnonzero(self.seen))
        if len(self.prints) > LIMIT:
            rarest = np.argsort(self.seen, kind="stable")
            self._keep(np.sort(rarest[len(self.prints) - LIMIT :]))

    def _keep(self, at: Ints) -> None:
        self.prints, self.seen = self.prints[at], self.seen[at]
