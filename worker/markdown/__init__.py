"""Articles as Markdown: CommonMark, with the tables of GFM, read back as the very paragraphs it was made from."""

from collections.abc import Mapping, Sequence

from schemas.messages import Article
from worker.markdown.blocks import blocks
from worker.markdown.front import front_matter
from worker.markdown.inline import heading

_BREAK = "***"
"""A thematic break; `---` is left to the front matter."""


def document(articles: Sequence[Article], more: Mapping[str, object] | None = None) -> str:
    """The articles of one page, the main one first, as one document that ends with a line break.

    Front matter (`more` first in it), the title, the story; then the embedded stories, each behind a thematic break.
    """
    main, *embedded = articles
    parts = [front_matter(main, more or {}), *_story(main, "#")]
    for article in embedded:
        parts += [_BREAK, *_story(article, "##")]
    return "\n\n".join(parts) + "\n"


def _story(article: Article, sign: str) -> list[str]:
    title = [f"{sign} {heading(article.title, ())}"] if article.title else []
    return [*title, *blocks(article)]
