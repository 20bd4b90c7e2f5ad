"""Keywords: the first place that has any, in order of trust, since lists are right or wrong as a whole."""

import re
from typing import Final

from worker.core.html.keys import TAGS, meaning
from worker.core.html.metadata.scene import Scene

_STRICT: Final = re.compile(
    r"(?:^|\s)(?:tags?|tags?-?(?:links?|list|cloud|container|wrapper|items?)|(?:post|entry|article|story|content|news|single|blog)[_-]{0,2}(?:tags?|keywords?|topics?)"
    r"|keywords?|topics?|topic-?list|labels|post-labels|schlagwort\w*|stichwort\w*)(?:\s|$|__)",
    re.IGNORECASE,
)
_TAG_URL: Final = re.compile(
    r"/(?:tags?|topics?|keywords?|thema|themen|schlagwort\w*|temas?|etiquetas?|label|sujet|tema|mot-cle|stichwort|konu|etiket)/|[?&]tag=",
    re.IGNORECASE,
)
_HEADINGS: Final = frozenset(
    [
        "themen",
        "thema",
        "tags",
        "tag",
        "topics",
        "schlagworte",
        "stichworte",
        "keywords",
        "temas",
        "etiquetas",
        "sujets",
    ]
)
_CATEGORY: Final = re.compile(r"/categor|/kategor|/ressort|/rubri", re.IGNORECASE)
_LIST: Final = re.compile(r"\s*[,;|،、，]\s*")
_LEAD: Final = re.compile(r"^[#＃•·\s]+|[,;\s]+$")
MAX_CHARS: Final = 80
MAX_TAGS: Final = 40


def offers(scene: Scene) -> list[tuple[str, list[str]]]:
    """(origin, tags) in order of trust; the first with tags is the answer."""
    linked = _linked(scene)
    listed = [
        ("tag-list", linked["strict"]),
        ("rel-tag", linked["rel"]),
        (
            "article:tag",
            [
                t
                for v in [*scene.metas.get("article:tag", ()), *scene.metas.get("og:article:tag", ())]
                for t in _split(v)
            ],
        ),
        ("json-ld", _structured(scene)),
        ("tag-class", linked["class"]),
        (
            "news_keywords",
            _split(scene.meta("news_keywords", "parsely-tags", "sailthru.tags", "cxenseparse:recs:tags")),
        ),
        ("tag-link", linked["href"]),
        ("rel-tag-category", linked["category"]),
        ("keywords", _split(scene.meta("keywords"))),
    ]
    return [(origin, _distinct(tags)) for origin, tags in listed if tags]


def _structured(scene: Scene) -> list[str]:
    for node in scene.structured.stories[:1]:
        value = node.get("keywords")
        values = value if isinstance(value, list) else [value]
        names = [v.get("name") if isinstance(v, dict) else v for v in values]
        texts = [v for v in names if isinstance(v, str)]
        return [tag for text in texts for tag in (_split(text) if len(texts) == 1 else [text])]
    return []


def _linked(scene: Scene) -> dict[str, list[str]]:
    page = scene.page
    lists: dict[str, list[str]] = {"strict": [], "rel": [], "class": [], "href": [], "category": []}
    anchors = page.anchors
    behind = page.blocks.start[scene.last + 26] if 0 <= scene.last < len(scene.texts) - 26 else len(page.text) + 1
    for i, (start, end, rel, href) in enumerate(
        zip(anchors.start, anchors.end, anchors.rel, anchors.href, strict=True)
    ):
        if not 1 <= end - start <= MAX_CHARS:
            continue
        if rel and "tag" in rel.split():
            lists["category" if _CATEGORY.search(href) else "rel"].append(page.text[start:end])
        if start >= behind or scene.outside[anchors.element[i]]:
            continue
        kind = _kind(scene, anchors.key[i], anchors.element[i])
        linked = i in scene.tag_links and _TAG_URL.search(href)
        if not kind and not linked:
            continue
        text = page.text[start:end]
        if text.casefold().strip(" :") in _HEADINGS:
            continue
        if kind:
            lists[kind].append(text)
        if linked:
            lists["href"].append(text)
    return lists


def _kind(scene: Scene, key: str, element: int) -> str:
    """Whether a class near the link names a list of tags: `strict`, perhaps `class`, or not at all."""
    elements = scene.page.elements
    keys = [key] if key and meaning(key) & TAGS else []
    for _ in range(3):
        if scene.meaning[element] & TAGS and elements.depth[element] > 2:
            keys.append(elements.key[element])
        element = elements.parent[element]
    if not keys:
        return ""
    if any(_STRICT.search(key) for key in keys):
        return "strict"
    return "class" if any("tags" in key for key in keys) else ""


def _split(value: str) -> list[str]:
    return _LIST.split(value) if value else []


def _distinct(tags: list[str]) -> list[str]:
    clean = dict.fromkeys(_LEAD.sub("", " ".join(tag.split())) for tag in tags)
    return [tag for tag in clean if 0 < len(tag) <= MAX_CHARS][:MAX_TAGS]
