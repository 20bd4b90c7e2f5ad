"""`newsmill inspect`: one self-contained html page that shows what was decided about a page, and why."""

from collections import Counter
from collections.abc import Iterable
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from schemas.messages import Article
from worker.core.model import Label, Outcome, Segment

_TEMPLATE: Final = Template(files(__package__).joinpath("page.html").read_text("utf-8"))
_FIELDS: Final = ("title", "subtitle", "authors", "source", "dateline", "published_at", "modified_at", "section")
_MORE_FIELDS: Final = ("language", "tags", "related", "truncated", "confidence", "warnings", "content_hash")


def render(outcome: Outcome, url: str) -> str:
    """A page of html: the fields of each article, the share of each label, and the whole text, segment by segment.

    Everything that came from the page is escaped; no script, no outside asset.
    """
    return _TEMPLATE.substitute(
        url=escape(url),
        verdict=escape(_verdict(outcome)),
        articles="\n".join(_article(article) for article in outcome.articles),
        legend="\n".join(_legend(outcome)),
        text="".join(_segment(segment, outcome.text) for segment in outcome.segments) or escape(outcome.text),
    )


def _verdict(outcome: Outcome) -> str:
    if outcome.rejection is not None:
        return f"rejected: {outcome.rejection.reason} ({outcome.rejection.detail})"
    embedded = len(outcome.articles) - 1
    return f"one article{f' and {embedded} embedded' if embedded else ''}"


def _article(article: Article) -> str:
    rows = []
    for name in (*_FIELDS, *_MORE_FIELDS):
        value = _shown(getattr(article, name))
        if value:
            why = article.why.get(name, "")
            rows.append(
                f'<tr><th>{name}</th><td dir="auto">{escape(value)}</td><td class="why">{escape(why)}</td></tr>'
            )
    paragraphs = "".join(f'<p dir="auto" class="{p.role}">{escape(p.text)}</p>' for p in article.paragraphs)
    head = f"{article.part} {article.part_index}" if article.part_index else str(article.part)
    return (
        f"<section><h2>Article: {head}</h2><table>{''.join(rows)}</table>"
        f"<details open><summary>{len(article.paragraphs)} paragraphs, {article.word_count} words</summary>"
        f"{paragraphs}</details></section>"
    )


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return " | ".join(filter(None, map(_shown, value)))
    for attribute in ("name", "value", "headline"):
        inner = getattr(value, attribute, None)
        if isinstance(inner, str) and not isinstance(value, str):
            return inner
    if isinstance(value, float):
        return f"{value:.3f}"
    return "" if value is None or value is False else str(value)


def _legend(outcome: Outcome) -> Iterable[str]:
    characters: Counter[Label] = Counter()
    for segment in outcome.segments:
        characters[segment.label] += segment.end - segment.start
    total = sum(characters.values()) or 1
    for label, count in characters.most_common():
        yield f'<li class="{label}"><b>{label}</b> {count} characters, {100 * count / total:.1f} %</li>'


def _segment(segment: Segment, text: str) -> str:
    number = f" {segment.article}" if segment.article else ""
    note = f"{segment.label}{number} · {segment.score:.2f} · {segment.why}"
    words = escape(text[segment.start : segment.end])
    return f'<span class="{segment.label}" title="{escape(note)}"><small>{segment.label}{number}</small>{words}</span>'
