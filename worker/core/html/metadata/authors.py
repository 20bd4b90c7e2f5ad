"""Who wrote the page: names that links, structured data, bylines and meta elements offer."""

import re
from typing import Final

from worker.core.html.metadata.names import MAX_CHARS, clean_name, split_names
from worker.core.html.metadata.scene import Scene
from worker.core.html.metadata.structured import people_of

_PROFILE: Final = re.compile(
    r"/(?:authors?|autor(?:en|in|es|a)?|auteurs?|profile|people|person|staff|contributors?|columnists?|journalists?|"
    r"reporters?|redakt(?:ion|oer|or|eur)\w*|by|team|writers?|penulis|yazar\w*|user|users|avtor\w*)/[^/?#]+/?|[?&]author=|[?&]autor=",
    re.IGNORECASE,
)
_AUTHOR_KEY: Final = re.compile(r"author|autor(?!e?n?box)|byline|contributor|writer|journalist|reporter", re.IGNORECASE)
_BY: Final = re.compile(
    r"(?:^|[\s|•·,(])(?:[Bb]y|BY|[Vv]on|VON|[Pp]ar|[Pp]or|POR|[Aa]utor(?:in|es|a)?|[Aa]uthor|Text|Texte|[Dd]i|[Oo]leh|Auteur|Tekst|Teksti|Автор|Текст)"
    r"(?:\s*:\s*|\s+)((?:[^\W\d_][\w'’.-]*)(?:\s+(?:(?:de|van|von|der|den|del|da|di|la|le|bin|al|el|zu|dos|du)\s+)*[^\W\d_a-z][\w'’.-]*){1,3})"
)
_GLUED: Final = re.compile(r"^(?:By|Von|Par|Por)([A-ZÄÖÜ][\w'’-]+ [A-ZÄÖÜ][\w'’-]+)")
_NAME: Final = re.compile(
    r"^[^\W\d_a-z][\w'’.-]+(?: (?:[A-Z]\.|de|van|von|der|la|le|el|al|bin|da|dos))*(?: [^\W\d_a-z][\w'’.-]+){1,2}$"
)
_NEAR_BLOCKS: Final = 8
_METAS: Final = (
    ("meta:author", ("author", "authors", "byl")), ("parsely-author", ("parsely-author", "sailthru.author")),
    ("dc.creator", ("dc.creator", "dcterms.creator", "dc.creator.personalname", "dc:creator")),
    ("article:author", ("article:author", "og:article:author", "og:author", "article:author_name")),
    ("citation", ("citation_author", "cxenseparse:author", "cxenseparse:recs:authors")),
)  # fmt: skip


def offers(scene: Scene) -> list[tuple[str, str]]:
    """(origin, clean name) pairs."""
    found = [*_structured(scene), *_metas(scene), *_links(scene), *_marked(scene), *_bylines(scene)]
    site = scene.meta("og:site_name").casefold()
    return [(origin, name) for origin, name in found if name and name.casefold() != site]


def _structured(scene: Scene) -> list[tuple[str, str]]:
    found = []
    for node in scene.structured.stories[:1]:
        for field, origin in (("author", "json-ld"), ("creator", "json-ld-creator")):
            found += [
                (origin, name)
                for raw in people_of(node.get(field), scene.structured.by_id)
                for name in split_names(raw)
            ]
    for node in scene.structured.pages[:1]:
        found += [
            ("json-ld-page", name)
            for raw in people_of(node.get("author"), scene.structured.by_id)
            for name in split_names(raw)
        ]
    return found


def _metas(scene: Scene) -> list[tuple[str, str]]:
    found = []
    for origin, names in _METAS:
        for key in names:
            for value in scene.metas.get(key, ())[:6]:
                found += [(origin, name) for name in split_names(value)]
    if "by" in scene.meta("twitter:label1").casefold() or scene.meta("twitter:data1"):
        found += [("twitter:data1", name) for name in split_names(scene.meta("twitter:data1"))]
    return found


def _links(scene: Scene) -> list[tuple[str, str]]:
    page, found = scene.page, []
    for anchor in page.anchors:
        if anchor.end - anchor.start < 3 or anchor.end - anchor.start > MAX_CHARS + 10:
            continue
        author_rel, profile = "author" in anchor.rel, bool(_PROFILE.search(anchor.href))
        keyed = bool(_AUTHOR_KEY.search(anchor.key))
        if not (author_rel or profile or keyed):
            continue
        name = clean_name(page.text[anchor.start : anchor.end])
        where = _where(scene, anchor.start, anchor.element)
        for origin, given in (("rel-author", author_rel), ("profile-link", profile), ("author-link", keyed)):
            if given and name and where != "outside":
                found += [(origin, name), (f"{origin}-{where}", name)]
    return found


def _where(scene: Scene, at: int, element: int) -> str:
    if scene.outside[element]:
        return "outside"
    block = scene.block_at(at)
    if scene.first >= 0 and block > scene.last:
        return "after" if block <= scene.last + _NEAR_BLOCKS else "far"
    anchor = scene.title if scene.title >= 0 else scene.first
    if anchor >= 0 and abs(block - anchor) <= _NEAR_BLOCKS:
        return "near"
    return "near" if scene.first >= 0 and scene.first - _NEAR_BLOCKS <= block <= scene.first else "far"


def _marked(scene: Scene) -> list[tuple[str, str]]:
    """Elements whose itemprop or class says author."""
    page, found = scene.page, []
    for tagged in page.tagged:
        prop = "author" in tagged.name.lower() or "creator" in tagged.name.lower()
        if not prop and not _AUTHOR_KEY.search(tagged.key):
            continue
        text = page.text[tagged.at : tagged.end] or (tagged.value if prop else "")
        where = _where(scene, tagged.at, tagged.element)
        if where == "outside" or not 3 <= len(text) <= 90:
            continue
        origin = "itemprop-author" if prop else "author-class"
        found += [(origin, name) for name in split_names(text.split("\n", 1)[0])]
        found += [(f"{origin}-{where}", name) for name in split_names(text.split("\n", 1)[0])]
    return found + _keyed_blocks(scene)


def _keyed_blocks(scene: Scene) -> list[tuple[str, str]]:
    elements, found = scene.page.elements, []
    for i, element in enumerate(scene.page.blocks.element):
        text = scene.texts[i]
        if len(text) > 90 or scene.outside[element]:
            continue
        parent = elements.parent[element]
        own = _AUTHOR_KEY.search(elements.key[element])
        if own or _AUTHOR_KEY.search(elements.key[parent]) or _AUTHOR_KEY.search(elements.key[elements.parent[parent]]):
            where = _where(scene, scene.page.blocks.start[i], element)
            origin = "author-block" if own else "author-box"
            found += [(f"{origin}-{where}", name) for name in split_names(text)]
    return found


def _bylines(scene: Scene) -> list[tuple[str, str]]:
    """Names behind "By" in short blocks, and blocks near the headline that look like a name."""
    found = []
    for i, text in enumerate(scene.texts):
        if len(text) > 160 or scene.outside[scene.page.blocks.element[i]]:
            continue
        where = _where(scene, scene.page.blocks.start[i], scene.page.blocks.element[i])
        glued, match = _GLUED.match(text), _BY.search(text)
        if glued:
            found.append((f"glued-by-{where}", clean_name(glued[1])))
        elif match:
            kind = "by" if match.start() == 0 else "inner-by"
            found += [(f"{kind}-{where}", name) for name in split_names(match[1])]
            if match.start() == 0 and len(text) < 60:
                found += [("by-line", name) for name in split_names(text)]
        elif where == "near" and len(text) < MAX_CHARS and _NAME.match(text) and i != scene.title:
            found.append(("name-shape", clean_name(text)))
    return found


def cues(scene: Scene, name: str, origins: list[str]) -> list[str]:
    """What speaks for and against a name: its origins and its shape."""
    words = name.split()
    told = list(origins)
    uncased = name.upper() == name.lower()
    told.append(f"words-{min(len(words), 4)}" if not uncased or len(words) > 1 else "words-2")
    if uncased or (len(words) > 1 and all(word[0].isupper() for word in words if len(word) > 3)):
        told.append("capitals")
    if name.isupper():
        told.append("upper")
    site = f"{scene.meta('og:site_name')} {scene.page.title.rpartition('|')[2]}".casefold()
    if name.casefold() in site:
        told.append("in-site-name")
    if not scene.page.text.casefold().count(name.casefold()):
        told.append("unseen")
    told.append(f"agree-{min(len(set(origins)), 5)}")
    return told
