"""The front matter of a document: YAML whose values are JSON, so that no text can break it."""

import json
import re
from collections.abc import Mapping
from typing import Final

from schemas.messages import Article

_UNPRINTABLE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""What JSON may hold as it is, and YAML may not."""


def front_matter(article: Article, more: Mapping[str, object]) -> str:
    """What is known of an article, `more` before it; fields that are not known are left out."""
    fields: dict[str, object] = {
        **more,
        "title": article.title,
        "subtitle": article.subtitle,
        "authors": [author.name for author in article.authors],
        "published_at": article.published_at and article.published_at.value,
        "modified_at": article.modified_at and article.modified_at.value,
        "url": article.url,
        "source": article.source and article.source.name,
        "section": article.section,
        "tags": list(article.tags),
        "language": article.language,
    }
    return yaml({name: value for name, value in fields.items() if value})


def yaml(fields: Mapping[str, object]) -> str:
    """A block of front matter, its marks included; one line a field."""
    return "\n".join(["---", *(f"{name}: {_value(value)}" for name, value in fields.items()), "---"])


def _value(value: object) -> str:
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))
