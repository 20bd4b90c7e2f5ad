"""Who wrote the page: names that links, structured data, bylines and meta elements offer."""

import re
from collections import Counter
from typing import Final

from worker.core.html.keys import AUTHOR, meaning
from worker.core.html.metadata.names import MAX_CHARS, clean_name, fold_name, split_names
from worker.core.html.metadata.scene import COMMENTS, Scene
from worker.core.html.metadata.structured import people_of
from worker.core.html.metadata.vote import Ballot, grouped

_PROFILE: Final = re.compile(
    r"/(?:authors?|autor(?:en|in|es|a)?|auteurs?|profile|people|person|staff|contributors?|columnists?|journalists?|"
    r"reporters?|redakt(?:ion|oer|or|eur)\w*|by|team|writers?|penulis|yazar\w*|user|users|avtor\w*)/[^/?#]+/?|[?&]author=|[?&]autor=",
    re.IGNORECASE,
)
_BY: Final = re.compile(
    r"(?:^|[\s|•·,(])(?:[Bb]y|BY|[Vv]on|VON|[Pp]ar|[Pp]or|POR|[Aa]utor(?:in|es|a)?|[Aa]uthor|Text|Texte|[Dd]i|[Oo]leh|Auteur|Tekst|Teksti|Автор|Текст)"
    r"(?:\s*:\s*|\s+)((?:[^\W\d_][\w'’.-]*)(?:\s+(?:(?:de|van|von|der|den|del|da|di|la|le|bin|al|el|zu|dos|du)\s+)*[^\W\d_a-z][\w'’.-]*){1,3})"
)
_GLUED: Final = re.compile(r"^(?:By|BY|Von|Par|Por)([A-ZÄÖÜ][\w.'’-]+ [A-ZÄÖÜ][\w'’-]+)")
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
    anchors = page.anchors
    for i, (start, end, rel, href, key) in enumerate(
        zip(anchors.start, anchors.end, anchors.rel, anchors.href, anchors.key, strict=True)
    ):
        if not 3 <= end - start <= MAX_CHARS + 10:
            continue
        author_rel, profile = "author" in rel, i in scene.people_links and bool(_PROFILE.search(href))
        keyed = bool(key and meaning(key) & AUTHOR)
        if not (author_rel or profile or keyed):
            continue
        name = clean_name(page.text[start:end])
        where = _where(scene, start, anchors.element[i])
        for origin, given in (("rel-author", author_rel), ("profile-link", profile), ("author-link", keyed)):
            if given and name and where != "outside":
                found += [(origin, name), (f"{origin}-{where}", name)]
    return found


def _where(scene: Scene, at: int, element: int) -> str:
    if scene.outside[element] == COMMENTS:
        return "outside"
    if scene.outside[element]:
        return "aside"
    block = scene.block_at(at)
    if scene.first >= 0 and block > scene.last:
        return "after" if block <= scene.last + _NEAR_BLOCKS else "far"
    below_title = scene.title >= 0 and 0 < block - scene.title <= _NEAR_BLOCKS
    if below_title or (scene.first >= 0 and -1 <= scene.first - block <= _NEAR_BLOCKS // 2):
        return "near"
    if scene.title >= 0 and 0 < scene.title - block <= 3:
        return "above"
    return "inside" if scene.first >= 0 and scene.first < block <= scene.last else "far"


def _marked(scene: Scene) -> list[tuple[str, str]]:
    """Elements whose itemprop or class says author."""
    page, found = scene.page, []
    for tagged in page.tagged:
        prop = "author" in tagged.name.lower() or "creator" in tagged.name.lower()
        if not prop and not meaning(tagged.key) & AUTHOR:
            continue
        text = page.text[tagged.at : tagged.end] or (tagged.value if prop else "")
        where = _where(scene, tagged.at, tagged.element)
        if where == "outside" or not 3 <= len(text) <= 90:
            continue
        origin = "itemprop-author" if prop else "author-class"
        names = split_names(text.split("\n", 1)[0])
        found += [(origin, name) for name in names]
        found += [(f"{origin}-{where}", name) for name in names]
    return found + _keyed_blocks(scene)


def _keyed_blocks(scene: Scene) -> list[tuple[str, str]]:
    elements, found = scene.page.elements, []
    for i in scene.near():
        element, text = scene.page.blocks.element[i], scene.texts[i]
        if len(text) > 90 or scene.outside[element] == COMMENTS:
            continue
        parent = elements.parent[element]
        own = scene.meaning[element] & AUTHOR
        if own or (scene.meaning[parent] | scene.meaning[elements.parent[parent]]) & AUTHOR:
            where = _where(scene, scene.page.blocks.start[i], element)
            origin = "author-block" if own else "author-box"
            found += [(f"{origin}-{where}", name) for name in split_names(text)]
    return found


def _bylines(scene: Scene) -> list[tuple[str, str]]:
    """Names behind "By" in short blocks, and blocks near the headline that look like a name."""
    found = []
    for i in scene.near():
        text = scene.texts[i]
        if len(text) > 160 or scene.outside[scene.page.blocks.element[i]] == COMMENTS:
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
        elif where in ("near", "above") and len(text) < MAX_CHARS and _NAME.match(text) and i != scene.title:
            found.append((f"name-shape-{where}", clean_name(text)))
    return found


def ballots(scene: Scene) -> list[Ballot]:
    """Every name on offer; a first name alone speaks for the whole name that contains it."""
    groups = grouped(offers(scene), fold_name)
    for short in [name for name in groups if " " not in name]:
        whole = [name for name in groups if " " in name and short in name.split()]
        if len(whole) == 1:
            groups[whole[0]] += groups.pop(short)
    crowds = Counter(origin for pairs in groups.values() for origin in {origin for origin, _ in pairs})
    seen = scene.page.text.casefold()
    found = []
    for pairs in groups.values():
        origins = list(dict.fromkeys(origin for origin, _ in pairs))
        told = [*origins, *_shape(scene, pairs[0][1], seen)]
        told.append(f"agree-{min(len({_kind(origin) for origin in origins}), 5)}")
        if min(crowds[origin] for origin in origins) >= _CROWD:
            told.append("crowd")
        if min(crowds[origin] for origin in origins) == 1:
            told.append("only")
        found.append(Ballot(pairs[0][1], origins[0], told))
    return found


_CROWD: Final = 4
"""Names of one origin from which on they are a list of other people."""


def _kind(origin: str) -> str:
    """An origin without the place it was found in."""
    return origin.rpartition("-")[0] if origin.endswith(_PLACES) else origin


_PLACES: Final = ("-near", "-above", "-after", "-inside", "-aside", "-far")


def _shape(scene: Scene, name: str, seen: str) -> list[str]:
    """What a name looks like."""
    words = name.split()
    uncased = name.upper() == name.lower()
    told = [f"words-{min(len(words), 4)}" if not uncased or len(words) > 1 else "words-2"]
    if uncased or (len(words) > 1 and all(word[0].isupper() for word in words if len(word) > 3)):
        told.append("capitals")
    if words[0][0].islower():
        told.append("lower")
    if name.isupper():
        told.append("upper")
    site = f"{scene.meta('og:site_name')} {scene.page.title.rpartition('|')[2]}".casefold()
    if name.casefold() in site:
        told.append("in-site-name")
    if name.casefold() not in seen:
        told.append("unseen")
    return told
