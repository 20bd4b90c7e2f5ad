"""Cutting a run of tags that nothing separates (`Climate Coal Coal Industry Energy`) into the tags a reader sees."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, cached_property, lru_cache
from typing import Final

from worker.core.enrich.fold import key, words_of
from worker.core.lexicon import section

_LENGTH_COST: Final = (0.0, 0.6, 0.87, 2.3, 3.5, 4.6, 5.5, 6.3, 7.1)
"""By words of a piece. These costs and gains were searched on labelled lists of tags of half of the sites."""
_SEEN_GAIN: Final = (0.0, 0.17, 1.1, 1.9, 2.5, 2.9, 3.3, 3.7, 4.1)
"""For a piece that occurs in the story, by its words: chance pairs of words hardly ever do."""
_STEM_GAIN: Final = 2.5
"""For a piece of several words that occurs in the story in another form."""
_REPEATED_GAIN: Final = 0.85
"""For a piece of several words that stands more than once in the run."""
_UNSEEN_COST: Final = (0.0, 0.14, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2)
"""For a piece that occurs nowhere else in the page, by its words."""
_THROUGH_COST: Final = 3.1
"""For a cut through two words that stand side by side in the story."""
_ORDERED_GAIN: Final = 0.9
_DISORDERED_COST: Final = 3.8
"""Per cut, when the run is taken for an alphabetical one."""
_EXTENDED_GAIN: Final = 4.2
"""For a piece that begins with the whole piece before it."""
_ORDERLY_COST: Final = 0.25
"""For taking it for one: not every run is."""
_EDGE_COST: Final = 5.0
"""For a piece that starts or ends with a function word, or holds the end of a question."""
_TWO_NAMES_COST: Final = 1.9
"""For two capitals in an unseen piece of a script that has capitals, and for a capital behind small letters."""
_ARTICLES_GAIN: Final = 1.2
"""For Arabic words that all carry the article behind the first one."""
_NUMBER_COST: Final = 0.85
"""For a piece that is only a number, or starts with one in the middle of a run."""
_ALONE_GAIN: Final = 1.6
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
_UNREACHED: Final = (math.inf, 0)
_LOOKED_BACK: Final = 8
_MOST_WORDS: Final = 120
_UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]")
_DASHED: Final = re.compile(r"(\S)\s+([-–—/&+])\s+(?=\S)")
_PREFIX: Final = re.compile(r"(?:[وف]?[بلك]?ال|[وف]?لل|[وف][بلك]?(?=\w{4}))")
_PREFIX_LETTERS: Final = frozenset("وفبلك")
"""What a prefix starts with, where it is more than the article."""
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
        return words_of(self._text)

    @cached_property
    def function(self) -> frozenset[str]:
        """The language's function words."""
        return function_words(self._languages)

    @cached_property
    def folded(self) -> str:
        """All words, in order, between spaces; Arabic ones once more without `and`, `in`, `for` in front."""
        words, bare = self._list, self._bare
        return f" {' '.join(words)} \n {' '.join(bare)} " if bare else f" {' '.join(words)} "

    @cached_property
    def stems(self) -> str:
        """The beginnings of all words, in order, between spaces."""
        return f" {' '.join(_stems([*self._list, *self._bare]))} "

    @cached_property
    def _bare(self) -> list[str]:
        """The words, Arabic ones as `_bare` has them; none at all where that changes nothing."""
        bare = [_bare(word) if word[:1] in _PREFIX_LETTERS else word for word in self._list]
        return bare if bare != self._list else []


@lru_cache(maxsize=8192)
def _bare(word: str) -> str:
    """An Arabic word without the letters for `and`, `in`, `for`, `as` in front of the article or a long word."""
    match = _PREFIX.match(word)
    if not match:
        return word
    return f"{'ال' if match[0].endswith(('ال', 'لل')) else ''}{word[match.end() :]}"


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
        self.held = _reaches(self.keys, story.folded)
        self.stemmed = _reaches([" ".join(_stems(word.split())) for word in self.keys], story.stems)
        self.repeated = Counter(self._windows() if len(set(self.keys)) < len(self.keys) else ())
        self.function = [word in story.function for word in self.keys]
        self.edge = [word in story.function or word in _PARTICLES for word in self.keys]
        self.capital = [word[:1].isupper() for word in words]
        self.article = [word.startswith("ال") for word in words]
        self.breaks = [_breaks(word) for word in words]
        self.costs = [self._costs_from(start) for start in range(len(words))]

    def _windows(self) -> Iterator[str]:
        """All stretches of two to four words."""
        for size in range(2, 5):
            yield from map(" ".join, zip(*(self.keys[at:] for at in range(size)), strict=False))

    def best(self) -> list[str]:
        """The cheaper of two readings: an alphabetical run, or one in any order."""
        plain, plain_cost = self._cheapest(orderly=False)
        ordered, ordered_cost = self._cheapest(orderly=True)
        return ordered if ordered_cost + _ORDERLY_COST < plain_cost else plain

    def _cheapest(self, *, orderly: bool) -> tuple[list[str], float]:
        """The pieces and their cost; a state is where a piece ends and how many words it has."""
        states: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}, *({} for _ in self.words)]
        for start, costs in enumerate(self.costs):
            reached = [(cost, size) for size, (cost, _) in states[start].items()]
            told, open_ = self._ordered(reached, start) if orderly else (reached, [])
            least = min(told, default=_UNREACHED)
            cut = _THROUGH_COST if start and self.held[start - 1] > 1 else 0.0
            for size, piece in enumerate(costs, 1):
                cheapest, before = least
                if open_:
                    end = start + size
                    same = min((cost + self._order_cost(start - last, start, end), last) for cost, last in open_)
                    cheapest, before = min(least, same)
                states[start + size][size] = (cheapest + cut + piece, before)
        end = len(self.words)
        total, size = min((cost, size) for size, (cost, _) in states[end].items())
        pieces = []
        while end:
            pieces.append(" ".join(self.words[end - size : end]))
            end, size = end - size, states[end][size][1]
        return pieces[::-1], total

    def _ordered(
        self, reached: Sequence[tuple[float, int]], start: int
    ) -> tuple[list[tuple[float, int]], list[tuple[float, int]]]:
        """The states with what their order costs, and those for which more than the first word must tell that."""
        first = self.lower[start]
        told: list[tuple[float, int]] = []
        open_: list[tuple[float, int]] = []
        for cost, size in reached:
            last = self.lower[start - size]
            if size and last == first:
                open_.append((cost, size))
            else:
                told.append((cost + ((-_ORDERED_GAIN if last < first else _DISORDERED_COST) if size else 0.0), size))
        return told, open_

    def _order_cost(self, before: int, start: int, end: int) -> float:
        last, this = self.lower[before:start], self.lower[start:end]
        cost = -_ORDERED_GAIN if last <= this else _DISORDERED_COST
        return cost - (_EXTENDED_GAIN if this[: len(last)] == last != this else 0.0)

    def _costs_from(self, start: int) -> list[float]:
        """What the pieces that start at a word cost, the shortest first."""
        held, stemmed, number = self.held[start], self.stemmed[start], self.words[start].isdecimal()
        led = self.function[start] or self._joins(start)
        capitals, articles, broken = 0, True, False
        costs = []
        for count in range(1, min(_LOOKED_BACK, len(self.words) - start) + 1):
            last = start + count - 1
            capitals += self.capital[last]
            if count > 1:
                articles = articles and self.article[last]
                broken = broken or self.breaks[last - 1]
            cost = _LENGTH_COST[count]
            if held >= count:
                cost -= _SEEN_GAIN[count]
            elif count > 1 and stemmed >= count:
                cost -= _STEM_GAIN
            else:
                shape = _TWO_NAMES_COST if capitals > 1 or (capitals and not self.capital[start]) else 0.0
                cost += _UNSEEN_COST[count] + (shape - _ARTICLES_GAIN if count > 1 and articles else shape)
                if count > 1 and self.repeated[" ".join(self.keys[start : start + count])] > 1:
                    cost -= _REPEATED_GAIN
            if led or self.edge[last]:
                cost += _EDGE_COST
            if broken:
                cost += _EDGE_COST
            if number and (start or count == 1):
                cost += _NUMBER_COST
            if count == len(self.words) <= _ALONE_WORDS:
                cost -= _ALONE_GAIN
            costs.append(cost)
        return costs

    def _joins(self, start: int) -> bool:
        """Whether an Arabic word is joined to the one before by its `and`."""
        word = self.keys[start]
        return start > 0 and word[:1] == "و" and (word[1:3] == "ال" or word[1:] in self.story.words)


def _reaches(words: Sequence[str], text: str) -> list[int]:
    """For each word how many words from it on stand in the text side by side, `_LOOKED_BACK` at most."""
    reaches = [0] * len(words)
    held: dict[str, bool] = {}
    behind = 0
    for start in range(len(words) - 1, -1, -1):
        count, phrase = 0, " "
        for word in words[start : start + min(behind + 1, _LOOKED_BACK)]:
            phrase = f"{phrase}{word} "
            if phrase not in held:
                held[phrase] = phrase in text
            if not held[phrase]:
                break
            count += 1
        reaches[start] = behind = count
    return reaches


def _breaks(word: str) -> bool:
    """Whether a tag ends behind this word wherever it stands."""
    return word.endswith(("?", "؟", "!")) or _ends_compound(word)


def _stems(words: Sequence[str]) -> list[str]:
    """Of each word the beginning that its forms share, roughly: the story may decline or count it."""
    return [word[:-1][:5] if len(word) > 3 else word for word in words]


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
