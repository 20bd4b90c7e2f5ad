"""What markup says beside the visible text, weighed: the best candidate of a field first, the losers behind it."""

from dataclasses import replace

from worker.core.enrich.dates import find_dates
from worker.core.html.features import Features
from worker.core.html.metadata import authors, dates, other, tags, title
from worker.core.html.metadata.body import hidden_body
from worker.core.html.metadata.names import fold_name
from worker.core.html.metadata.scene import Scene, scene_of
from worker.core.html.metadata.vote import elect
from worker.core.html.page import Page
from worker.core.model import Candidate, Metadata

NAME_CHANCE = 0.6
"""Chance above which a name is an author; the best name alone needs less."""
LONE_NAME_CHANCE = 0.12
"""The votes are shrunk towards the bias, so that a lone name hardly reaches more."""
DECLARED_CHANCE = 0.04
"""Enough for the authors that a page declares, and for those of a meta element in a script without capitals: the votes
were learned on names in Latin letters that are printed on the page, and would refuse them."""
DECLARATIONS = ("json-ld", "lead-near")
"""Places that say outright who wrote the story: its JSON-LD, and a line behind `By` under the headline."""


def gather(page: Page, features: Features, body: list[int], url: str) -> Metadata:
    """The metadata of a page whose body is the given blocks."""
    scene = scene_of(page, features.tree, features.texts, features.title, body, url)
    visible = sum(len(features.texts[i]) for i in body)
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


def titles(scene: Scene) -> list[Candidate]:
    """Headlines, best first."""
    return elect("title", title.ballots(scene))


def writers(scene: Scene) -> list[Candidate]:
    """The authors with scores from .5, then the names that were not chosen with lower ones."""
    ballots = authors.ballots(scene)
    weighed = elect("authors", ballots)
    chosen = [c for c in weighed if c.score > NAME_CHANCE] or _lone(weighed)
    beside = _beside({c.value for c in chosen}, authors.lists(scene))
    chosen += [c for c in weighed if fold_name(c.value) in beside and c not in chosen]
    sites = {name.value.casefold() for name in other.site_names(scene)}
    chosen = [c for c in chosen if c.value.casefold() not in sites] or chosen
    return [
        *(replace(c, score=max(c.score, 0.5)) for c in chosen),
        *(replace(c, score=min(c.score, 0.49)) for c in weighed if c not in chosen),
    ]


def _lone(weighed: list[Candidate]) -> list[Candidate]:
    """The best name where none is sure, or the authors that the page declares in so many words."""
    best = [c for c in weighed[:1] if c.score > LONE_NAME_CHANCE]
    return best or [c for c in weighed if c.score > DECLARED_CHANCE and _is_declared(c)]


def _is_declared(candidate: Candidate) -> bool:
    uncased = candidate.value.upper() == candidate.value.lower()
    return candidate.origin in DECLARATIONS or (candidate.origin == "meta:author" and uncased)


def _beside(chosen: set[str], lists: list[list[str]]) -> set[str]:
    """The folded names that are told together with a chosen one."""
    folded = {fold_name(name) for name in chosen}
    told = [{fold_name(name) for name in names} for names in lists]
    return {name for names in told if names & folded for name in names}


def publications(scene: Scene) -> list[Candidate]:
    """Days of publication, best first, each in its most exact writing."""
    return elect("published", dates.ballots(scene, finder(scene)))


def finder(scene: Scene) -> dates.Find:
    """Reads dates in the words of the page's declared language."""
    language = (scene.page.language or "").partition("-")[0].lower()
    known = (language,) if language else ()
    return lambda text: [found.value for found in find_dates(text, known) if not found.relative]
