"""What markup says beside the visible text, weighed: the best candidate of a field first, the losers behind it."""

from collections import defaultdict
from collections.abc import Callable

from worker.core.enrich.dates import find_dates
from worker.core.html.metadata import authors, dates, other, tags, title
from worker.core.html.metadata.body import hidden_body
from worker.core.html.metadata.names import fold_name
from worker.core.html.metadata.scene import Scene, scene_of
from worker.core.html.metadata.vote import chance
from worker.core.html.page import Page
from worker.core.model import Candidate, Metadata

NAME_CHANCE = 0.5
"""Chance above which a name is an author; the best name alone needs less."""
LONE_NAME_CHANCE = 0.11
"""The votes are shrunk towards the bias, so that a lone name hardly reaches more: of 25 names between this and .24 on
labelled pages, 19 were right."""
DECLARED_CHANCE = 0.05
"""Enough for the authors that a story's JSON-LD declares, and for those of a meta element in a script without capitals:
the votes were learned on names in Latin letters that are printed on the page, and would refuse them."""


def gather(page: Page, texts: list[str], headline: int, body: list[int], url: str) -> Metadata:
    """The metadata of a page whose body is the given blocks and whose headline is block `headline`, -1 for none."""
    scene = scene_of(page, texts, headline, body, url)
    visible = sum(len(texts[i]) for i in body)
    return Metadata(
        title=titles(scene),
        authors=writers(scene),
        published=publications(scene),
        modified=[Candidate(iso, origin) for origin, iso in dates.modified(scene)],
        tags=[
            Candidate(tag, origin, 1.0 if at == 0 else 0.1)
            for at, (origin, found) in enumerate(tags.offers(scene))
            for tag in found
        ],
        section=other.sections(scene),
        canonical_url=other.addresses(scene),
        language=other.languages(scene),
        site_name=other.site_names(scene),
        images=other.pictures(scene),
        paywall=other.walled(scene),
        body=hidden_body(scene, visible),
    )


def _groups(pairs: list[tuple[str, str]], fold: Callable[[str], str]) -> dict[str, list[tuple[str, str]]]:
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for origin, value in pairs:
        folded = fold(value)
        if folded:
            groups[folded].append((origin, value))
    return groups


def titles(scene: Scene) -> list[Candidate]:
    """Headlines, best first."""
    found = []
    for folded, pairs in _groups(title.offers(scene), title.fold_title).items():
        origins = [origin for origin, _ in pairs]
        found.append(Candidate(pairs[0][1], origins[0], chance("title", title.cues(scene, folded, origins))))
    return sorted(found, key=lambda c: -c.score)


def writers(scene: Scene) -> list[Candidate]:
    """Authors with score 1 in the order of the page's trust, then the names that were not chosen."""
    weighed = []
    for pairs in _groups(authors.offers(scene), fold_name).values():
        origins = [origin for origin, _ in pairs]
        weighed.append(Candidate(pairs[0][1], origins[0], chance("authors", authors.cues(scene, pairs[0][1], origins))))
    weighed.sort(key=lambda c: -c.score)
    chosen = [c for c in weighed if c.score > NAME_CHANCE] or _lone(weighed)
    return [
        *(Candidate(c.value, c.origin, max(c.score, 0.5)) for c in chosen),
        *(Candidate(c.value, c.origin, min(c.score, 0.49)) for c in weighed if c not in chosen),
    ]


def _lone(weighed: list[Candidate]) -> list[Candidate]:
    """The best name where none is sure, or the authors that the story's own JSON-LD declares."""
    best = [c for c in weighed[:1] if c.score > LONE_NAME_CHANCE]
    return best or [c for c in weighed if c.score > DECLARED_CHANCE and _is_declared(c)]


def _is_declared(candidate: Candidate) -> bool:
    uncased = candidate.value.upper() == candidate.value.lower()
    return candidate.origin == "json-ld" or (candidate.origin == "meta:author" and uncased)


def publications(scene: Scene) -> list[Candidate]:
    """Dates of publication, best day first, of each day the most exact writing."""
    language = (scene.page.language or "").partition("-")[0].lower()

    def find(text: str) -> list[str]:
        return [found.value for found in find_dates(text, (language,) if language else ()) if not found.relative]

    found = []
    for day, pairs in _groups(dates.published(scene, find), lambda iso: iso[:10]).items():
        origins = [origin for origin, _ in pairs]
        origin, iso = max(pairs, key=lambda pair: exactness(pair[1]))
        found.append(Candidate(iso, origin, chance("published", dates.cues(scene, origins, day))))
    return sorted(found, key=lambda c: -c.score)


def exactness(iso: str) -> int:
    """0 a day, 1 a time, 2 a time with its offset; the first of equals wins, in the order of trust."""
    return 0 if len(iso) == 10 else 1 if iso[-6] not in "+-" else 2
