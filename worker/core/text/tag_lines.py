"""A page as tags are looked for in it: its lines, long ones cut into stretches, and what its story tells of them."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from worker.core.lexicon import CUE_KINDS
from worker.core.model import Label, Segment
from worker.core.text import tag_cues as cues
from worker.core.text.page import Reading
from worker.core.text.tagger import TAGS, Tagged

_LONG_LINE: Final = 110
"""Code points of a line from which it is cut at sentences and cues."""
_STOP: Final = re.compile(r"(?:(?<=\w\w)[.!?…。！？।۔؟][\"'”»)\]]*|[\"”»]\.)\s+(?=\S)")
_BAR: Final = re.compile(r"\s[|•·]\s*")
_BUTTONS: Final = re.compile(
    r"(?<!- )(?<!-)\b(?:(?:Facebook|X|VK(?:\.com)?|Twitter|Telegram|WhatsApp|Messenger|LinkedIn|Pinterest|Reddit|Email"
    r"|E-mail|Instagram|Viber|Skype|Tumblr|Google\+)(?:\s+|$)){2,}"
)
_QUOTED: Final = re.compile(r"[\"“«„][^\"”»“]{1,40}[\"”»“]")
_LATIN_NAME: Final = re.compile(r"[A-Za-z][\w.-]*(?:\s[A-Z][\w.-]*)*")
_COLON: Final = re.compile(r"\s*[:：]\s*")
_NAME: Final = 60
"""Code points of the longest name behind a source cue."""
_DOUBLE: Final = re.compile(r"[^\W\d_a-zA-Z]+\0?\s-\s[a-zA-Z]+")
"""A name in another script with its Latin form: `X - Latin`."""
SENTENCE_END: Final = re.compile(r"[.!?…。！？।۔؟][\"'”»)\]]*\s*$")
_STEM: Final = 5
_WORDS_OF_TEXT: Final = 12
_STORY: Final = (Label.BODY, Label.TITLE, Label.SUBTITLE, Label.SUBHEADING, Label.QUOTE)
_NEVER_GIVEN_BACK: Final = (*_STORY, Label.TAGS, Label.SOURCE)
_SEEN: Final = 0.9
"""How much words that stand in the story one by one count beside a phrase that does."""
_TAGS: Final = TAGS.index("tags")
_PREFIXES: Final = ("وال", "بال", "ال", "لل", "و", "ب", "ل", "ف")


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
        body = [segment for segment in segments if segment.label is Label.BODY and not segment.article]
        self.stretches = [stretch for line in self._lines() for stretch in self._cut(*line)]
        self.end = self._story_end(body[-1])
        titles = [s.start for s in segments if s.label is Label.TITLE and not s.article and s.start < body[0].start]
        self.start = titles[-1] if titles else body[0].start
        story = [
            self.folded[s.start : min(s.end, max(self.end, s.start)) if s.label is Label.BODY else s.end]
            for s in segments
            if s.label in _STORY and not s.article
        ]
        words = cues.words_of("\n".join(story))
        self._phrases = f" {' '.join(words)} "
        self._stems = {word[:_STEM] for word in words}
        self._words = set(words) | {word[len(p) :] for word in words for p in _PREFIXES if word.startswith(p)}

    def _lines(self) -> Iterator[tuple[int, int]]:
        at = 0
        for line in self.text.splitlines(keepends=True):
            bare = line.strip()
            if bare:
                start = at + line.index(bare[0])
                yield start, start + len(bare)
            at += len(line)

    def _cut(self, start: int, end: int) -> Iterator[Stretch]:
        """A line's stretches: cut at bars before headings and cues, a long one at sentences, buttons, cues too."""
        cuts = {start, end, *(m.end() for m in _BAR.finditer(self.text, start, end) if self._turns(m.end(), end))}
        if end - start > _LONG_LINE:
            cuts.update(m.end() for m in _STOP.finditer(self.text, start, end))
            for buttons in _BUTTONS.finditer(self.text, start, end):
                cuts.update(buttons.span())
            cuts.update(self._cue_cuts(start, end))
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
        for cue in self.reading.cues:
            kind = CUE_KINDS[cue.kind]
            if not (start < cue.start < end and cue.own and cue.opens) or kind == "newswires":
                continue
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
                SENTENCE_END.search(self.text[stretch.start : stop])
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
        if f" {' '.join(words)} " in self._phrases:
            return 1.0
        double = {word for m in _DOUBLE.finditer(self.folded, start, end) for word in cues.words_of(m[0])}
        held = sum(word in self._words or word[:_STEM] in self._stems or word in double for word in words)
        return _SEEN * held / len(words)

    def has_double_name(self, start: int, end: int) -> bool:
        """Whether a stretch holds a name of another script with its Latin form."""
        return bool(_DOUBLE.search(self.folded, start, end))

    def _units(self, start: int, end: int) -> slice:
        units = self.reading.units
        first = int(np.searchsorted(units.start, start, "right")) - 1
        return slice(first, max(int(np.searchsorted(units.start, end, "left")), first + 1))

    def belief(self, start: int, end: int) -> float:
        """The tagger's highest probability of tags in a stretch."""
        return float(np.exp(self._tagged.tag[self._units(start, end), _TAGS].max()))

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
        behind = next((stretch for stretch in self.stretches if stretch.start >= at), None)
        return behind is not None and (
            bool(_BUTTONS.match(self.text, behind.start, behind.end))
            or cues.begins_share(self.folded, behind.start, behind.end)
        )
