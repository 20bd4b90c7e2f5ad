"""A page as tags are looked for in it: its lines, long ones cut into stretches, and what its story tells of them."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from worker.core.lexicon import CUE_KINDS
from worker.core.model import Label, Segment
from worker.core.text import kinds as k
from worker.core.text import tag_cues as cues
from worker.core.text.page import Reading
from worker.core.text.tag_signs import ends_sentence
from worker.core.text.tagger import TAGS, Tagged
from worker.core.text.words import among

_LONG_LINE: Final = 110
"""Code points of a line from which it is cut at sentences and cues."""
_LINE: Final = re.compile(r"\S(?:[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*\S)?")
_STOP: Final = re.compile(r"[.!?…。！？।۔؟\"”»](?:(?<=\w\w[.!?…。！？।۔؟])[\"'”»)\]]*|(?<=[\"”»])\.)\s+(?=\S)")
_BAR_SIGN: Final = re.compile(r"[|•·]")
_BAR: Final = re.compile(r"\s[|•·]\s*")
_BUTTON: Final = (
    "Facebook", "X", r"VK(?:\.com)?", "Twitter", "Telegram", "WhatsApp", "Messenger", "LinkedIn", "Pinterest", "Reddit",
    "Email", "E-mail", "Instagram", "Viber", "Skype", "Tumblr", r"Google\+",
)  # fmt: skip
_INITIALS: Final = "".join(sorted({name[0] for name in _BUTTON}))
_BUTTONS: Final = re.compile(
    rf"[{_INITIALS}](?<![\w-][{_INITIALS}])(?<!- [{_INITIALS}])"
    rf"(?:{'|'.join(f'(?<={name[0]}){name[1:]}' for name in _BUTTON)})(?:\s+|$)"
    rf"(?:(?:{'|'.join(_BUTTON)})(?:\s+|$))+"
)
"""Names of share buttons in a row; it begins with a set of letters, which is what searches are quick for."""
_QUOTED: Final = re.compile(r"[\"“«„][^\"”»“]{1,40}[\"”»“]")
_LATIN_NAME: Final = re.compile(r"[A-Za-z][\w.-]*(?:\s[A-Z][\w.-]*)*")
_COLON: Final = re.compile(r"\s*[:：]\s*")
_NAME: Final = 60
"""Code points of the longest name behind a source cue."""
_HEADING: Final = 60
"""Code points in which a heading of tags is looked for."""
_DOUBLE: Final = re.compile(r"(?<![^\W\d_a-zA-Z])[^\W\d_a-zA-Z]+\0?\s-\s[a-zA-Z]+")
"""A name in another script with its Latin form: `X - Latin`."""
_STEM: Final = 5
_WORDS_OF_TEXT: Final = 12
_STORY: Final = (Label.BODY, Label.TITLE, Label.SUBTITLE, Label.SUBHEADING, Label.QUOTE)
_NEVER_GIVEN_BACK: Final = (*_STORY, Label.TAGS, Label.SOURCE)
_SEEN: Final = 0.9
"""How much words that stand in the story one by one count beside a phrase that does."""
_TAGS: Final = TAGS.index("tags")
_PREFIXES: Final = ("وال", "بال", "ال", "لل", "و", "ب", "ل", "ف")
_PREFIX_LETTERS: Final = frozenset(prefix[0] for prefix in _PREFIXES)


class Stretch(NamedTuple):
    """A line without its white space, or a part of a long one."""

    start: int
    end: int
    leads: bool
    """Whether it begins a line."""


class Lines:
    """The stretches of a page that has a story, and the story's words."""

    def __init__(self, segments: list[Segment], reading: Reading, tagged: Tagged) -> None:
        """Of a page's segments, the main story's body among them."""
        self.text = reading.letters.text
        self.folded = reading.letters.folded.astype("<u4").tobytes().decode("utf-32-le", "replace")
        self.reading = reading
        self._tagged = tagged
        self._unit_starts = reading.units.start.tolist()
        self._beliefs: list[float] = np.exp(tagged.tag[:, _TAGS]).tolist()
        self._opening_cues = sorted(
            (cue for cue in reading.cues if cue.own and cue.opens and CUE_KINDS[cue.kind] != "newswires"),
            key=lambda cue: cue.start,
        )
        self._cue_starts = [cue.start for cue in self._opening_cues]
        body = [segment for segment in segments if segment.label is Label.BODY and not segment.article]
        self.stretches = list(self._stretches())
        self.starts = [stretch.start for stretch in self.stretches]
        self.ends = [stretch.end for stretch in self.stretches]
        self._first_words = self._read_first_words()
        self.end = self._story_end(body[-1])
        titles = [s.start for s in segments if s.label is Label.TITLE and not s.article and s.start < body[0].start]
        self.start = titles[-1] if titles else body[0].start
        self._segments = segments

    @cached_property
    def _story(self) -> tuple[str, set[str], set[str]]:
        """The story's words in a row, its words without prefixes too, and their stems."""
        story = [
            self.folded[s.start : min(s.end, max(self.end, s.start)) if s.label is Label.BODY else s.end]
            for s in self._segments
            if s.label in _STORY and not s.article
        ]
        row = cues.words_of("\n".join(story))
        words = set(row)
        stems = {word[:_STEM] for word in words}
        prefixed = [word for word in words if word[0] in _PREFIX_LETTERS]
        words.update(word[len(p) :] for word in prefixed for p in _PREFIXES if word.startswith(p))
        return f" {' '.join(row)} ", words, stems

    def _stretches(self) -> Iterator[Stretch]:
        bars = [bar.start() for bar in _BAR_SIGN.finditer(self.text)]
        stops = [stop.end() for stop in _STOP.finditer(self.text)]
        buttons = _BUTTONS.search(self.text) is not None
        for line in _LINE.finditer(self.text):
            start, end = line.span()
            cuts: set[int] = set()
            if bars and bisect_left(bars, start) < bisect_left(bars, end):
                cuts.update(m.end() for m in _BAR.finditer(self.text, start, end) if self._turns(m.end(), end))
            if end - start > _LONG_LINE:
                cuts.update(stops[bisect_right(stops, start) : bisect_left(stops, end)])
                cuts.update(self._cue_cuts(start, end))
                cuts.update(self._inner_headings[slice(*(bisect_left(self._inner_headings, x) for x in (start, end)))])
                for row in _BUTTONS.finditer(self.text, start, end) if buttons else ():
                    cuts.update(row.span())
            if cuts:
                yield from self._cut(start, end, cuts)
            else:
                yield Stretch(start, end, True)

    @cached_property
    def _inner_headings(self) -> list[int]:
        """Where headings of tags stand in running words: with a colon behind, or a capital where the page has them."""
        words = self.reading.words
        colons = np.append(np.flatnonzero(self.reading.letters.has(k.COLON)), len(self.text) + _HEADING)
        near = colons[np.searchsorted(colons, words.start)] - words.start < _HEADING
        opening = np.flatnonzero(words.capital | near)
        opening = opening[among(words.own[opening], cues.sure_opener_hashes())]
        found: list[int] = []
        for start, capital in zip(words.start[opening].tolist(), words.capital[opening].tolist(), strict=True):
            head = self.heading(start, min(start + _HEADING, len(self.text)))
            if head is None or head.loose or not head.known:
                continue
            if _COLON.match(self.text, head.end) or (capital and not self.text[start : head.end].isupper()):
                found.append(start)
        return found

    def _read_first_words(self) -> list[str]:
        firsts = [word[0] if (word := cues.WORD.search(self.folded, s.start, s.end)) else "" for s in self.stretches]
        return [word.replace("\0", "") for word in firsts] if "\0" in self.folded else firsts

    def opened_by(self, openers: frozenset[str], first: int, stop: int) -> list[int]:
        """Which of the stretches `first` to `stop` - 1 begin with one of these words."""
        return [at for at, word in enumerate(self._first_words[first:stop], first) if word in openers]

    def touching(self, start: int, end: int) -> list[Stretch]:
        """The stretches that share code points with a part of the page."""
        return self.stretches[bisect_right(self.ends, start) : bisect_left(self.starts, end)]

    def _cut(self, start: int, end: int, cuts: set[int]) -> Iterator[Stretch]:
        """A line's stretches: cut at bars before headings and cues, a long one at sentences, buttons, cues too."""
        cuts.update((start, end))
        for one, two in pairwise(sorted(cuts)):
            bare = self.text[one:two]
            kept = bare.rstrip(" |•·-–\u00a0") if two < end else bare.rstrip()
            lead = len(bare) - len(bare.lstrip())
            if lead < len(kept):
                yield Stretch(one + lead, one + len(kept), one == start)

    def _turns(self, start: int, end: int) -> bool:
        """Whether behind a bar another list or block begins."""
        found = self.heading(start, end)
        named = found is not None and self.text[found.end : found.end + 2].strip()[:1] in (":", "：")
        return named or cues.begins_other(self.folded, start, end)

    def _cue_cuts(self, start: int, end: int) -> Iterator[int]:
        """Where cues begin in a line, and where the name behind a source cue ends."""
        first, last = bisect_right(self._cue_starts, start), bisect_left(self._cue_starts, end)
        for cue in self._opening_cues[first:last]:
            kind = CUE_KINDS[cue.kind]
            colon = self.text.find(":", cue.start, cue.end)
            before_colon = self.text[cue.end : cue.end + 2].strip()[:1] in (":", "：")
            if cue.words == 1 and not before_colon and kind != "tags":
                continue
            yield cue.start
            if kind == "source":
                yield from self._name_end(colon if colon > 0 else cue.end, end)

    def _name_end(self, at: int, end: int) -> Iterator[int]:
        """Where the name behind a source cue and its colon ends, when that can be told."""
        colon = _COLON.match(self.text, at)
        if not colon:
            return
        quoted = _QUOTED.match(self.text, colon.end())
        if quoted:
            yield quoted.end()
            return
        phrase, found = "", 0
        for word in cues.WORD.finditer(self.folded, colon.end(), min(end, colon.end() + _NAME)):
            phrase = f"{phrase} {word[0]}".lstrip().replace("\0", "")
            found = word.end() if phrase in cues.agencies() else found
        latin = _LATIN_NAME.match(self.text, colon.end())
        if found:
            yield found
        elif latin and not self.text[latin.end() : end].lstrip()[:1].isascii():
            yield latin.end()

    def _story_end(self, last: Segment) -> int:
        """Where running text ends: short lines without a sentence's end may be tags that the tagger took for text."""
        end = len(self.text[: last.end].rstrip())
        for stretch in reversed(self.stretches):
            if stretch.end <= last.start:
                break
            stop = min(stretch.end, end)
            if stretch.start < end and (
                ends_sentence(self.text[stretch.start : stop])
                or len(cues.WORD.findall(self.folded, stretch.start, stop)) >= _WORDS_OF_TEXT
            ):
                return stop
        return end

    def heading(self, start: int, end: int) -> cues.Heading | None:
        """The heading of tags that a stretch begins with."""
        return cues.heading(self.folded, start, end, self.reading.languages.bits)

    def known(self, start: int, end: int) -> float:
        """How much of a stretch the story holds, 0..1: 1 as a phrase, up to 0.9 by its words."""
        words = cues.words_of(self.folded[start:end])
        if not words:
            return 0.0
        row, said, stems = self._story
        if words[0] in said and f" {' '.join(words)} " in row:
            return 1.0
        double: set[str] = set()
        if "-" in self.folded[start:end]:
            double.update(word for m in _DOUBLE.finditer(self.folded, start, end) for word in cues.words_of(m[0]))
        held = sum(
            word in said or word[:_STEM] in stems or word in double or (bool(cues.UNSPACED.match(word)) and word in row)
            for word in words
        )
        return _SEEN * held / len(words)

    def has_double_name(self, start: int, end: int) -> bool:
        """Whether a stretch holds a name of another script with its Latin form."""
        return "-" in self.folded[start:end] and bool(_DOUBLE.search(self.folded, start, end))

    def _units(self, start: int, end: int) -> slice:
        first = bisect_right(self._unit_starts, start) - 1
        return slice(first, max(bisect_left(self._unit_starts, end), first + 1))

    def belief(self, start: int, end: int) -> float:
        """The tagger's highest probability of tags in a stretch."""
        return max(self._beliefs[self._units(start, end)])

    def other_label(self, start: int, end: int) -> Label:
        """What the tagger takes a stretch for that is neither tags, nor a source, nor a part of a story.

        What lists of tags leave behind is no source: told as one it would speak against the page's own.
        """
        scores = self._tagged.tag[self._units(start, end)].mean(axis=0)
        order = np.argsort(-scores).tolist()
        return next(label for at in order if (label := Label(TAGS[at])) not in _NEVER_GIVEN_BACK)

    def function_share(self, start: int, end: int) -> float:
        """The share of frequent words of the language in a stretch."""
        words = self.reading.words
        first, last = (int(np.searchsorted(words.start, at)) for at in (start, end))
        return float(self.reading.languages.function[first:last].mean()) if last > first else 0.0

    def is_before_buttons(self, at: int) -> bool:
        """Whether a row of share buttons follows."""
        behind = bisect_left(self.starts, at)
        return behind < len(self.stretches) and self.is_button(self.stretches[behind])

    def is_button(self, stretch: Stretch) -> bool:
        """Whether a stretch begins with share buttons."""
        start, end, _ = stretch
        return bool(_BUTTONS.match(self.text, start, end)) or cues.begins_share(self.folded, start, end)
