"""Lists of tags by rules that come before the tagger: behind headings, as hashtags, and as runs of the story's names.

The tagger learns them badly: they are rare, and half of them have no heading. What it takes for tags without any sign
of a list is given back.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from worker.core.model import Label, Segment
from worker.core.text import tag_cues as cues
from worker.core.text.page import Reading
from worker.core.text.tag_lines import Lines, Stretch
from worker.core.text.tag_shapes import HELD, ITEM_WORDS, Shapes
from worker.core.text.tag_signs import is_hashed
from worker.core.text.tagger import Tagged

_SPACE: Final = re.compile(r"\s*")
_BULLETS: Final = "#•·|-–—*▪■►>»\u200b "
_BEHIND: Final = " \u00a0:：|>-–—»"
_SIGNS: Final = frozenset(",|/·•-")
_MOST_ITEMS: Final = 40
_MISSES: Final = 2
"""Items in a row without support that end a list of lines."""
_MOSTLY_HELD: Final = 0.75
_BARELY_HELD: Final = 0.3
"""How much of a list or run the story holds: enough below a loose heading, and too little to be a list."""
_LIKELY: Final = 0.25
_BELIEVED: Final = 0.3
_HINTED: Final = 0.4
_SURE: Final = 0.45
_TRUSTED: Final = 0.7
"""Probabilities of the tagger: for a run, for a list far away, for an item of a list, for a run beside lists and for
what nothing else tells to be a list, for words that the story does not hold."""
_FAR: Final = 1500
_NEAR: Final = 800
_CLOSE: Final = 300
_OUT_OF_REACH: Final = 4000
_BESIDE: Final = 120
_TOGETHER: Final = 500
"""Code points from the story's end at which lists count less, and between lists that belong together."""
_RUN_REACH: Final = 2500
_FRONT: Final = 3
"""How many times farther a list in front of the story counts."""
_FUNCTION: Final = 0.34
_FEW_FUNCTION: Final = 0.12
_FEWEST_WORDS: Final = 3
_LONG_REST: Final = 20
_LIST_REACH: Final = 600
"""Code points behind a heading in a line from which tags may end before it does, and in which their end is looked
for."""
_COMMA: Final = re.compile(r"\s*(?:[,،、;]\s*)+")
_ONE_COMMA: Final = 2
"""Code points of one comma and its space: where more stand together, a list ends."""
_TEASER_WORDS: Final = 4
"""Words of the shortest teaser below a label."""


class Found(NamedTuple):
    """A list of tags, and what speaks for it."""

    start: int
    end: int
    distance: int
    """Code points to the story."""
    belief: float
    sure: bool = True


def with_tag_lists(segments: list[Segment], reading: Reading, tagged: Tagged) -> list[Segment]:
    """The segments of a page with its lists of tags as the rules see them; all of them when it has no story."""
    if not any(segment.label is Label.BODY and not segment.article for segment in segments):
        return segments
    finder = _Finder(segments, reading, tagged)
    return finder.relabelled(finder.chosen())


class _Finder:
    def __init__(self, segments: list[Segment], reading: Reading, tagged: Tagged) -> None:
        self.segments = segments
        self.lines = Lines(segments, reading, tagged)
        self.shapes = Shapes(self.lines)
        self.text = self.lines.text

    def _distance(self, start: int, end: int) -> int:
        if start >= self.lines.end:
            return start - self.lines.end
        return _FRONT * (self.lines.start - end) if end <= self.lines.start else 0

    def _headed(self) -> Iterator[Found]:
        """The lists behind headings."""
        near = bisect_left(self.lines.ends, self.lines.start - _OUT_OF_REACH // _FRONT)
        far = bisect_right(self.lines.starts, max(self.lines.end + _OUT_OF_REACH, self.lines.start))
        for at in self.lines.opened_by(cues.heading_openers(), near, far):
            first, stop, leads = self.lines.stretches[at]
            distance = self._distance(first, stop)
            start = first + len(self.text[first:stop]) - len(self.text[first:stop].lstrip(_BULLETS))
            head = self.lines.heading(start, stop)
            if head is None or not (head.known or head.several):
                continue
            end = self._bar_behind_commas(head.end, stop) or stop
            rest = self.text[head.end : end].lstrip(_BEHIND)
            colon = self.text[head.end : end].lstrip()[:1] in {":", "：", "|", ">"}
            if rest:
                found, several = self._behind(head, end - len(rest), end, colon=colon)
                if not found and self._is_led(head, end - len(rest), end, colon=colon):
                    found = self._run_behind(end - len(rest), end)
                    end, rest = (found, self.text[end - len(rest) : found]) if found else (end, rest)
            elif leads:
                found, several = self._below(head, self.lines.stretches[at + 1 : at + _MOST_ITEMS], distance)
            else:
                continue
            if not found:
                continue
            inner = (end - len(rest), end) if rest else (self.lines.stretches[at + 1].start, found)
            held, belief = self._support(*inner)
            if head.loose:
                right = held >= _MOSTLY_HELD and several and distance < _NEAR and (colon or not rest)
                if belief >= _BELIEVED or right:
                    yield Found(first, found, distance, belief, sure=False)
            elif distance <= _FAR or belief >= _BELIEVED:
                yield Found(first, found, distance, belief)

    def _bar_behind_commas(self, start: int, end: int) -> int:
        """Where the first bar behind commas ends the list in its line; 0 where none does."""
        comma = self.text.find(",", start, end)
        bar = self.text.find(" | ", comma, end) if comma >= 0 else -1
        return max(bar, 0)

    def _support(self, start: int, end: int) -> tuple[float, float]:
        """How much of a list the story holds, line by line, and the tagger's belief in it."""
        touching = self.lines.touching(start, end)
        held = [self.lines.known(max(s.start, start), min(s.end, end)) for s in touching]
        return sum(held) / max(len(held), 1), self.lines.belief(start, end)

    def _behind(self, head: cues.Heading, start: int, end: int, *, colon: bool) -> tuple[int, bool]:
        """The end of the list behind a heading in its line, 0 if it is none; and whether it has several tags."""
        several = self.shapes.is_list(start, end)
        told = colon or several or (head.several and self.shapes.words(start, end) <= ITEM_WORDS * 2)
        return (end if told and (several or self.shapes.is_listed(start, end)) else 0), several

    def _is_led(self, head: cues.Heading, start: int, end: int, *, colon: bool) -> bool:
        """Whether tags behind a heading may end before its line does: the tagger does not take all of it for tags."""
        outside = colon or not self.lines.start < start < self.lines.end
        return outside and not head.loose and end - start > _LONG_REST and self.lines.belief(end - 1, end) < _SURE

    def _run_behind(self, start: int, end: int) -> int:
        """Where the tags end that a heading leads in a long line, by commas and by the story's names; 0 if none do."""
        stop = min(end, start + _LIST_REACH)
        listed = start
        while (comma := _COMMA.search(self.text, listed, stop)) and self.shapes.is_item(listed, comma.start()):
            if comma.end() - comma.start() > _ONE_COMMA:
                return comma.start()
            listed = comma.end()
        last, missed = 0, 0
        for word in cues.WORD.finditer(self.lines.folded, listed, stop):
            if self.lines.function_share(*word.span()):
                continue
            missed = 0 if self.lines.known(*word.span()) >= HELD else missed + 1
            if missed > 1 or not self.shapes.is_bare_run(listed, word.end()):
                break
            last = last if missed else word.end()
        return last or (listed if listed > start else 0)

    def _below(self, head: cues.Heading, behind: Sequence[Stretch], distance: int) -> tuple[int, bool]:
        """The end of the list in the lines below a heading, 0 if there is none; and whether it has several tags."""
        items: list[Stretch] = []
        for stretch in behind:
            start, end, _ = stretch
            if self.text[start:end] in _SIGNS:
                continue
            next_head = self.lines.heading(start, end)
            alone = next_head is not None and next_head.end >= start + len(self.text[start:end].rstrip(" :："))
            if alone or not (
                self.shapes.is_listed(start, end) or (items == [] and self.shapes.is_bare_run(start, end))
            ):
                break
            items.append(stretch)
        last, missed = -1, 0
        for at, (start, end, _) in enumerate(items):
            if self.lines.known(start, end) >= HELD or self.lines.belief(start, end) > _HINTED:
                last, missed = at, 0
            else:
                missed += 1
                if missed > _MISSES:
                    break
        if last < 0 and (not items or head.loose or distance > _CLOSE):
            return 0, False
        return items[max(last, 0)].end, last > 0

    def _hashed(self) -> Iterator[Found]:
        """The runs of hashtags."""
        if "#" not in self.text and "＃" not in self.text:
            return
        group: list[Stretch] = []
        for stretch in (*self.lines.stretches, None):
            if stretch and is_hashed(self.text[stretch.start : stretch.end]):
                group.append(stretch)
                continue
            if group:
                start, end = group[0].start, group[-1].end
                count = len(re.findall("[#＃]", self.text[start:end]))
                distance, belief = self._distance(start, end), self.lines.belief(start, end)
                inside = self.lines.start < start < self.lines.end
                near = distance < _CLOSE or belief > _HINTED or self.lines.known(start, end) > _BARELY_HELD
                several = count > 1 and near and distance <= _RUN_REACH and not inside
                if several or belief >= _BELIEVED:
                    yield Found(start, end, distance, belief)
            group = []

    def _runs(self) -> Iterator[Found]:
        """The runs of the story's names behind it that no heading leads."""
        first, stop = (bisect_left(self.lines.starts, self.lines.end + reach) for reach in (0, _RUN_REACH + 1))
        at = first
        for sign in self._run_signs(first, stop):
            if sign < at:
                continue
            begin = sign
            while begin > at and self._joins_run(begin - 1):
                begin -= 1
            at = begin
            while at < stop and self._joins_run(at):
                at += 1
            group = [s for s in self.lines.stretches[begin:at] if self.text[s.start : s.end] not in _SIGNS]
            at = max(at, sign + 1)
            if group and self._is_named(group):
                start, end = group[0].start, group[-1].end
                yield Found(start, end, self._distance(start, end), self.lines.belief(start, end))

    def _run_signs(self, first: int, stop: int) -> list[int]:
        """The stretches one of which a run must hold to be tags: without them there is none."""
        lines = self.lines
        if first >= stop:
            return []
        starts = [*lines.starts[first : stop + 1], lines.ends[stop - 1]][: stop - first + 1]
        openers = lines.opened_by(cues.share_openers(), first + 1, stop + 1)
        signs = {at - 1 for at in openers if lines.is_button(lines.stretches[at])}
        if lines.belief(starts[0], starts[-1]) >= _LIKELY:
            signs.update(at for at, part in enumerate(pairwise(starts), first) if lines.belief(*part) >= _LIKELY)
        if lines.has_double_name(starts[0], starts[-1]):
            signs.update(at for at in range(first, stop) if lines.has_double_name(*lines.stretches[at][:2]))
        return sorted(signs)

    def _joins_run(self, at: int) -> bool:
        stretch = self.lines.stretches[at]
        return self.text[stretch.start : stretch.end] in _SIGNS or self._may_run(stretch)

    def _may_run(self, stretch: Stretch) -> bool:
        held = self.lines.known(stretch.start, stretch.end) >= HELD
        hinted = held or self.lines.belief(stretch.start, stretch.end) >= _LIKELY
        return hinted and self.shapes.is_listed(stretch.start, stretch.end)

    def _is_named(self, group: Sequence[Stretch]) -> bool:
        """Whether lines that hold the story's names are tags: by the tagger, or in front of buttons."""
        start, end = group[0].start, group[-1].end
        if sum(self.lines.known(s.start, s.end) for s in group) < HELD * len(group):
            return False
        frequent = self.lines.function_share(start, end)
        if frequent < _FUNCTION and self.lines.belief(start, end) >= _LIKELY:
            return True
        several = sum(self.shapes.words(s.start, s.end) for s in group) >= _FEWEST_WORDS
        double = len(group) == 1 and self.lines.has_double_name(start, end)
        return frequent <= _FEW_FUNCTION and (double or (several and self.lines.is_before_buttons(end)))

    def chosen(self) -> list[tuple[int, int]]:
        """Where the page's tags stand, in order."""
        headed = [*self._headed(), *self._hashed()]
        sure = [found for found in headed if found.sure]
        if sure:
            best = max(sure, key=lambda found: (found.belief >= _BELIEVED, -found.distance))
            sure = [f for f in sure if f.belief >= _BELIEVED or abs(f.start - best.start) < _TOGETHER]
        else:
            sure = headed[:1]
        spans = [(found.start, found.end) for found in sure]
        lists = tuple(spans)
        for run in self._runs():
            beside = run.belief >= _BELIEVED and _is_beside(run.start, run.end, spans)
            if not lists or beside or run.belief >= _SURE:
                spans.append((run.start, run.end))
        for start, end, held in self._learned():
            taken = any(one < end and start < two for one, two in spans)
            if not taken and (not lists or held >= HELD or _is_beside(start, end, spans)):
                spans.append((start, end))
        return [kept for span in self._merged(sorted(spans)) if (kept := self._without_edges(*span))]

    def _without_edges(self, start: int, end: int) -> tuple[int, int] | None:
        """A list without the agency that signs the story above it, and the label of the teaser below it."""
        parts = self.lines.touching(start, end)
        first = next((at for at, part in enumerate(parts) if not self._is_agency(part)), len(parts))
        last = len(parts)
        while last - first > 1 and self._is_label(parts[last - 1]):
            last -= 1
        if first == last:
            return None
        return (parts[first].start if first else start, parts[last - 1].end if last < len(parts) else end)

    def _is_agency(self, stretch: Stretch) -> bool:
        return " ".join(cues.words_of(self.lines.folded[stretch.start : stretch.end])) in cues.agencies()

    def _is_label(self, stretch: Stretch) -> bool:
        """Whether a line stands above a longer one, and above others once more."""
        at = bisect_left(self.lines.starts, stretch.end)
        below = self.lines.stretches[at] if at < len(self.lines.stretches) else None
        line = self.text[stretch.start : stretch.end]
        again = re.compile(rf"\n{re.escape(line)}\s*\n")
        return (
            below is not None
            and self.shapes.words(below.start, below.end) >= _TEASER_WORDS
            and again.search(self.text, below.end) is not None
        )

    def _merged(self, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
        whole: list[tuple[int, int]] = []
        for start, end in spans:
            if whole and (start <= whole[-1][1] or not self.text[whole[-1][1] : start].strip()):
                whole[-1] = (whole[-1][0], max(whole[-1][1], end))
            else:
                whole.append((start, end))
        return whole

    def _learned(self) -> Iterator[tuple[int, int, float]]:
        """What the tagger takes for tags, without furniture at its ends; and how much of it the story holds."""
        for segment in self.segments:
            if segment.label is not Label.TAGS or segment.article:
                continue
            group: list[tuple[int, int]] = []
            for stretch in (*self.lines.touching(segment.start, segment.end), None):
                part = (max(stretch.start, segment.start), min(stretch.end, segment.end)) if stretch else None
                if part and not self.shapes.is_furniture(*part):
                    group.append(part)
                    continue
                yield from self._supported(group)
                group = []

    def _supported(self, group: list[tuple[int, int]]) -> Iterator[tuple[int, int, float]]:
        held = [self.lines.known(*part) for part in group]
        backed = [h >= HELD or self.lines.belief(*part) >= _HINTED for h, part in zip(held, group, strict=True)]
        if not any(backed):
            return
        first, last = backed.index(True), len(backed) - backed[::-1].index(True)
        mean = sum(held[first:last]) / (last - first)
        belief = max(map(self.lines.belief, *zip(*group[first:last], strict=True)))
        held_or_headed = mean >= _BARELY_HELD or any(self.lines.heading(*part) for part in group[first:last])
        if belief >= _TRUSTED or (held_or_headed and belief >= _SURE):
            yield group[first][0], group[last - 1][1], mean

    def relabelled(self, spans: Sequence[tuple[int, int]]) -> list[Segment]:
        """The segments with tags in these places and nowhere else."""
        spaced = [(a, space.end() if (space := _SPACE.match(self.text, b)) else b) for a, b in spans]
        ends = [end for _, end in spaced]
        parts: list[Segment] = []
        for segment in self.segments:
            at = segment.start
            for start, end in spaced[bisect_right(ends, at) :]:
                if start >= segment.end:
                    break
                if start > at:
                    parts.append(self._outside(segment, at, start))
                at = min(end, segment.end)
            if at < segment.end:
                parts.append(self._outside(segment, at, segment.end))
        parts += [Segment(start, end, Label.TAGS, 0, _belief(self, start, end), "rule:tags") for start, end in spaced]
        return _joined(sorted(parts, key=lambda part: part.start), self.text)

    def _outside(self, segment: Segment, start: int, end: int) -> Segment:
        """A part of a segment outside all lists: one that the tagger took for tags is what it is next likeliest."""
        if segment.label is not Label.TAGS or segment.article:
            return Segment(start, end, segment.label, segment.article, segment.score, segment.why)
        return Segment(start, end, self.lines.other_label(start, end), 0, segment.score, "rule:no_tags")


def _belief(finder: _Finder, start: int, end: int) -> float:
    return round(finder.lines.belief(start, end), 4)


def _is_beside(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start - two < _BESIDE and one - end < _BESIDE for one, two in spans)


def _joined(parts: Sequence[Segment], text: str) -> list[Segment]:
    """The parts, what was cut and is of one kind with its neighbour joined to it, blank ones to the one before."""
    whole: list[Segment] = []
    for part in parts:
        last = whole[-1] if whole else None
        ruled = last is not None and "rule:" in f"{part.why} {last.why}"
        cut = ruled and last is not None and last.label is part.label
        if last and ((cut and last.article == part.article) or not text[part.start : part.end].strip()):
            whole[-1] = Segment(last.start, part.end, last.label, last.article, last.score, last.why)
        else:
            whole.append(part)
    return whole
