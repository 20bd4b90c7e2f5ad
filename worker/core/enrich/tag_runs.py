"""Cutting a run of tags that nothing separates (`Climate Coal Coal Industry Energy`) into the tags a reader sees."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, cached_property
from itertools import pairwise
from typing import Final

from worker.core.enrich.fold import key
from worker.core.enrich.vocabulary import section

_LENGTH_COST: Final = (0.0, 0.87, 1.02, 1.97, 3.0, 3.9, 4.6, 5.3, 6.0)
"""By words of a piece: minus the logarithm of how often tags have so many words."""
_SEEN_GAIN: Final = (0.0, 0.2, 2.4, 3.2, 3.8, 4.2, 4.6, 5.0, 5.4)
"""For a piece that occurs in the story, by its words: chance pairs of words hardly ever do."""
_STEM_GAIN: Final = 1.5
"""For a piece of several words that occurs in the story in another form."""
_REPEATED_GAIN: Final = 1.2
"""For a piece of several words that stands more than once in the run."""
_UNSEEN_COST: Final = (0.0, 0.2, 0.66, 0.66, 0.66, 0.66, 0.66, 0.66, 0.66)
"""For a piece that occurs nowhere else in the page, by its words."""
_THROUGH_COST: Final = 0.9
"""For a cut through two words that stand side by side in the story."""
_ORDERED_GAIN: Final = 0.66
_DISORDERED_COST: Final = 2.8
"""Per cut, when the run is taken for an alphabetical one."""
_EXTENDED_GAIN: Final = 1.5
"""For a piece that begins with the whole piece before it."""
_ORDERLY_COST: Final = 0.5
"""For taking it for one: not every run is."""
_EDGE_COST: Final = 5.0
"""For a piece that starts or ends with a function word, or holds the end of a question."""
_TWO_NAMES_COST: Final = 1.0
"""For two capitals in an unseen piece of a script that has capitals, and for a capital behind small letters."""
_ARTICLES_GAIN: Final = 0.6
"""For Arabic words that all carry the article behind the first one."""
_NUMBER_COST: Final = 1.5
"""For a piece that is only a number, or starts with one in the middle of a run."""
_ALONE_GAIN: Final = 0.6
"""For a short run that is one tag."""
_ALONE_WORDS: Final = 3
_PARTICLES: Final = frozenset(
    {
        "بن",
        "ابن",
        "ابو",
        "ال",
        "عبد",
        "bin",
        "ben",
        "abu",
        "al",
        "el",
        "de",
        "del",
        "la",
        "van",
        "von",
        "di",
        "da",
        "dos",
    }
)
"""Parts of names that another part follows."""
_LOOKED_BACK: Final = 8
_MOST_WORDS: Final = 120
_UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]")
_DASHED: Final = re.compile(r"(\S)\s+([-–—/&+])\s+(?=\S)")
_PREFIX: Final = re.compile(r"^(?:[وف]?[بلك]?ال|[وف]?لل|[وف][بلك]?(?=\w{4}))")
_HOLD: Final = "\u0001"
_FUNCTION_WORDS: Final = 40
"""How many of a language's most frequent words count as function words."""


class Story:
    """Which words and phrases a page holds; worked out when first asked for, as few tags need it."""

    def __init__(self, text: str, languages: Sequence[str]) -> None:
        """The story of a text in one of `languages` (BCP 47; none: any)."""
        self._text = text
        self._languages = tuple(languages)

    @cached_property
    def words(self) -> frozenset[str]:
        """The folded words."""
        return frozenset(self._list)

    @cached_property
    def _list(self) -> list[str]:
        return key(self._text).split()

    @cached_property
    def function(self) -> frozenset[str]:
        """The language's function words."""
        return function_words(self._languages)

    @cached_property
    def _folded(self) -> str:
        words = self._list
        bare = _bare(words)
        return f" {' '.join(words)} \n {' '.join(bare)} " if bare != words else f" {' '.join(words)} "

    @cached_property
    def stems(self) -> str:
        """The beginnings of all words, in order, between spaces."""
        return f" {' '.join(map(stem, self._folded.split()))} "

    def holds(self, phrase: str) -> bool:
        """Whether the folded phrase stands in the page, whole words; Arabic ones also behind `and`, `in`, `for`."""
        return f" {phrase} " in self._folded


def _bare(words: Sequence[str]) -> list[str]:
    """Arabic words without the letters for `and`, `in`, `for`, `as` in front of the article or a long word."""
    return [_PREFIX.sub(_without_prefix, word) if "\u0600" < word[:1] < "\u0700" else word for word in words]


def _without_prefix(match: re.Match[str]) -> str:
    return "ال" if match[0].endswith(("ال", "لل")) else ""


def cut_run(run: str, story: Story) -> list[str]:
    """The tags of a run, in its order."""
    held = _DASHED.sub(rf"\1{_HOLD}\2{_HOLD}", run)
    words = held.split()[:_MOST_WORDS]
    if len(words) > 1 and sum(bool(_UNSPACED.search(word)) for word in words) > len(words) / 2:
        return [word.replace(_HOLD, " ") for word in words]
    return [piece.replace(_HOLD, " ") for piece in _Cut(words, story).best()]


class _Cut:
    """Dynamic programming over the words of a run: the pieces whose costs are least in sum."""

    def __init__(self, words: Sequence[str], story: Story) -> None:
        self.words = words
        self.lower = [word.lower() for word in words]
        self.keys = [key(word) for word in words]
        self.story = story
        self.stems = [" ".join(map(stem, word.split())) for word in self.keys]
        self.stemmed = story.stems
        self.paired = [story.holds(f"{one} {two}") for one, two in pairwise(self.keys)]
        self.repeated = Counter(
            " ".join(self.keys[at : at + size]) for size in range(2, 5) for at in range(len(words) - size + 1)
        )

    def best(self) -> list[str]:
        """The cheaper of two readings: an alphabetical run, or one in any order."""
        plain, plain_cost = self._cheapest(orderly=False)
        ordered, ordered_cost = self._cheapest(orderly=True)
        return ordered if ordered_cost + _ORDERLY_COST < plain_cost else plain

    def _cheapest(self, *, orderly: bool) -> tuple[list[str], float]:
        """The pieces and their cost; a state is where a piece ends and how many words it has."""
        best: dict[tuple[int, int], tuple[float, int]] = {(0, 0): (0.0, 0)}
        for end in range(1, len(self.words) + 1):
            for size in range(1, min(end, _LOOKED_BACK) + 1):
                start = end - size
                options = [
                    (
                        best[start, before][0] + (self._order_cost(start - before, start, end) if orderly else 0.0),
                        before,
                    )
                    for before in range(_LOOKED_BACK + 1)
                    if (start, before) in best
                ]
                cheapest, before = min(options)
                best[end, size] = (cheapest + self._cut_cost(start) + self._piece_cost(start, end), before)
        last = len(self.words)
        total, size = min((cost, size) for (end, size), (cost, _) in best.items() if end == last)
        pieces, end = [], last
        while end:
            pieces.append(" ".join(self.words[end - size : end]))
            end, size = end - size, best[end, size][1]
        return pieces[::-1], total

    def _order_cost(self, before: int, start: int, end: int) -> float:
        last, this = self.lower[before:start], self.lower[start:end]
        if not last:
            return 0.0
        cost = -_ORDERED_GAIN if last <= this else _DISORDERED_COST
        return cost - (_EXTENDED_GAIN if this[: len(last)] == last != this else 0.0)

    def _cut_cost(self, start: int) -> float:
        return _THROUGH_COST if start and self.paired[start - 1] else 0.0

    def _piece_cost(self, start: int, end: int) -> float:
        words, count = self.words[start:end], end - start
        folded = " ".join(self.keys[start:end])
        cost = _LENGTH_COST[count]
        if self.story.holds(folded):
            cost -= _SEEN_GAIN[count]
        elif count > 1 and f" {' '.join(self.stems[start:end])} " in self.stemmed:
            cost -= _STEM_GAIN
        else:
            cost += _UNSEEN_COST[count] + self._shape_cost(words)
            if count > 1 and self.repeated[folded] > 1:
                cost -= _REPEATED_GAIN
        edges = {self.keys[start], self.keys[end - 1]}
        if not self.story.function.isdisjoint(edges) or self.keys[end - 1] in _PARTICLES or self._joins(start):
            cost += _EDGE_COST
        if count > 1 and any(word.endswith(("?", "؟", "!")) or _ends_compound(word) for word in words[:-1]):
            cost += _EDGE_COST
        if words[0].isdecimal() and (start or count == 1):
            cost += _NUMBER_COST
        if count == len(self.words) <= _ALONE_WORDS:
            cost -= _ALONE_GAIN
        return cost

    def _joins(self, start: int) -> bool:
        """Whether an Arabic word is joined to the one before by its `and`."""
        word = self.keys[start]
        return start > 0 and word[:1] == "و" and (word[1:3] == "ال" or word[1:] in self.story.words)

    def _shape_cost(self, words: Sequence[str]) -> float:
        """What capitals and articles say of a piece that the story does not hold."""
        capitals = sum(word[:1].isupper() for word in words)
        cost = _TWO_NAMES_COST if capitals > 1 or (capitals and not words[0][:1].isupper()) else 0.0
        if len(words) > 1 and all(word.startswith("ال") for word in words[1:]):
            cost -= _ARTICLES_GAIN
        return cost


def stem(word: str) -> str:
    """The beginning that the forms of a word share, roughly: the story may decline or count it."""
    return word[:5] if len(word) > 5 else word[: max(3, len(word) - 1)]


def _ends_compound(word: str) -> bool:
    """Whether a held `X - Latin` of another script ends here: the next word starts another tag."""
    _, held, behind = word.rpartition(_HOLD)
    return bool(held) and not word.isascii() and behind.isascii()


@cache
def function_words(languages: tuple[str, ...]) -> frozenset[str]:
    """Folded prepositions, articles and the like of the languages, which no tag starts or ends with."""
    lists = (
        words.get("function", ()) for code, words in section("words").items() if not languages or code in languages
    )
    return frozenset(key(word) for words in lists for word in words[:_FUNCTION_WORDS])
