"""The headline: the best printing of it, without the site's name, once."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from worker.core.address import host_of
from worker.core.clean import clean
from worker.core.enrich.context import MOST_SEGMENTS, Choice, Context, explain
from worker.core.enrich.cues import cue_end, strip_cue
from worker.core.enrich.fold import key
from worker.core.model import Candidate, Label, Segment
from worker.core.text.headline import HEADLINE

_CUT: Final = re.compile(r"\s+[|•·»›–—-]+\s+|\s*[|｜]\s*")
_EDGE: Final = " |｜•·»›–—-"
_CLOCK: Final = re.compile(r"^(?:(?:gmt|utc)\b|\d{1,2}:\d\d)[\s|,-]*", re.IGNORECASE)
_CUT_OFF: Final = re.compile(r"(?:\.\.\.|…)$")
_ALIKE: Final = 0.2
"""Share of the longest printing's length below which a line is a part of the headline, not a printing of it."""
_LOOKED_AHEAD: Final = 30_000
"""Code points behind a page title in which its headline is looked for."""
_TOP: Final = 8
_MARGIN: Final = 3
"""Code points of white space between a headline and the end of its line."""
_NAME_LETTERS: Final = 4
_TWICE_CHARS: Final = 20
_SITE_SHARE: Final = 1 / 3
"""Share of a page title that a site's name behind a bar takes at most."""


def title(context: Context) -> Choice[str | None]:
    """The story's headline; None when the page prints none and its metadata names none."""
    candidates = [c for c in context.metadata.title if c.value.strip()]
    if candidates:
        return Choice(once(clean(candidates[0].value)), explain(candidates[0].origin, candidates[1:]))
    label = Label.TITLE if context.is_main else Label.EMBEDDED_TITLE
    segments = context.segments(label)
    printed = [line for segment in segments[:MOST_SEGMENTS] for line in _lines(context, segment)][:MOST_SEGMENTS]
    if not printed:
        return Choice(None, "no headline printed")
    if not context.is_main:
        return Choice(printed[0], explain("text:embedded_title", [Candidate(line, "text") for line in printed[1:]]))
    told = next((segment for segment in segments if segment.why == HEADLINE), None)
    headline = " ".join(_lines(context, told)) if told else ""
    if told and headline:
        if told.start < _TOP:
            headline = without_site(headline, context, told.end)
        headline = whole(headline, printed)
        losers = [Candidate(line, "text:title") for line in dict.fromkeys(printed) if line != headline]
        return Choice(headline, explain("text:headline", losers))
    at_top = segments[0].start < _TOP and len(printed) > 1
    first = without_site(printed[0], context, segments[0].end)
    chosen = best_printing([first, *printed[1:]], page_title_first=at_top)
    losers = [Candidate(line, "text:title") for line in dict.fromkeys(printed) if line != chosen]
    return Choice(chosen, explain("text:title", losers))


def _lines(context: Context, segment: Segment) -> Iterator[str]:
    """The headlines of a segment: its lines without clock and share buttons, but no captions."""
    for line in context.text_of(segment).splitlines():
        bare = once(clean(_CLOCK.sub("", _without_buttons(clean(line)))))
        caption = cue_end(bare, ("caption",))
        if key(bare) and not (caption and bare[caption : caption + 1] in {":", "："}):
            yield bare


def _without_buttons(line: str) -> str:
    """The line without share buttons in front of it; a single one may be the headline's first word."""
    first = strip_cue(line, ("share",))
    second = strip_cue(first, ("share",))
    return second if first != line and second not in {first, ""} else line


def best_printing(printed: Sequence[str], *, page_title_first: bool) -> str:
    """The headline among its printings.

    Where the first one is the page's own title, it is the last line that holds it or stands in it; else the line that
    the others hold most often, of equals the last, which is next to the body. A printing that was cut off gives way
    to the whole one.
    """
    keys = [key(line) for line in printed]
    kin = [at for at in range(1, len(keys)) if _alike(keys[at], keys[0])] if page_title_first else []
    if kin:
        best = kin[-1]
    else:
        votes = [sum(_vote(mine, other) for other in keys if mine in other) for mine in keys]
        best = max(range(len(printed)), key=lambda at: (round(votes[at], 6), at))
    chosen = whole(printed[best], printed)
    return next((line for line in printed if chosen.startswith(line) and _CUT.match(chosen, len(line))), chosen)


def whole(chosen: str, printed: Sequence[str]) -> str:
    """The printing itself, or the longest one that it was cut off from."""
    if not _CUT_OFF.search(chosen):
        return chosen
    folded = key(chosen)
    return max((line for line in (chosen, *printed) if key(line).startswith(folded)), key=len)


def _vote(part: str, whole: str) -> float:
    """How much a printing that holds another speaks for it: against it when it is a mere word of it."""
    return len(part) / len(whole) if _alike(part, whole) else -1.0


def _alike(one: str, other: str) -> bool:
    """Whether one folded printing holds the other, and it is more than a word of it."""
    short, long = sorted((one, other), key=len)
    return short in long and (len(short) >= _ALIKE * len(long) or long.startswith(f"{short} "))


def without_site(line: str, context: Context, end: int) -> str:
    """A page title's headline, without ` | Section | Site` behind it or in front of it.

    At the page's top it is the longest beginning that is printed again, on a line of its own, behind `end`; else what
    is left without a part that bears the site's name, or without a short last part behind a bar.
    """
    cuts = [match for match in _CUT.finditer(line) if match.start()]
    if not cuts:
        return line
    if end - len(line) < 2 * _TOP and not _stands_again(line, context.layout.text, end):
        for cut in reversed(cuts):
            beginning = line[: cut.start()].strip(_EDGE)
            if beginning and _stands_again(beginning, context.layout.text, end):
                return beginning
    names = {key(name.value) for name in context.layout.metadata.site_name}
    host = key(host_of(context.page.url)).replace(" ", "")
    for part, left in (
        (line[cuts[-1].end() :], line[: cuts[-1].start()]),
        (line[: cuts[0].start()], line[cuts[0].end() :]),
    ):
        squeezed = key(part).replace(" ", "")
        if key(part) in names or (len(squeezed) >= _NAME_LETTERS and squeezed in host):
            return left.strip(_EDGE)
    if re.search("[|｜]", cuts[-1][0]) and len(line) - cuts[-1].end() < len(line) * _SITE_SHARE:
        return line[: cuts[-1].start()].strip(_EDGE)
    return line


def _stands_again(line: str, text: str, start: int) -> bool:
    """Whether a line of the text, from `start` on, is this one."""
    at = text.find(line, start, start + _LOOKED_AHEAD)
    while at >= 0:
        end = at + len(line)
        before, behind = text[max(start, at - _MARGIN) : at], text[end : end + _MARGIN]
        if before.rpartition("\n")[1:] == ("\n", "") and not behind.partition("\n")[0].strip():
            return True
        at = text.find(line, end, start + _LOOKED_AHEAD)
    return False


def once(line: str) -> str:
    """A headline that is printed twice in a row, once."""
    half = len(line) // 2
    for cut in (half, half + 1):
        if len(line) > _TWICE_CHARS and key(line[:cut]) == key(line[cut:]) and key(line[:cut]):
            return line[:cut].strip()
    return line
