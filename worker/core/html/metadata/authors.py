"""Who wrote the page: names that links, structured data, bylines and meta elements offer."""

import re
from bisect import bisect_left
from collections import Counter
from functools import cache
from typing import Final

from worker.core.enrich.byline import lead_words
from worker.core.enrich.fold import key
from worker.core.html.keys import AUTHOR, meaning
from worker.core.html.metadata.names import (
    MAX_CHARS,
    behind_leads,
    clean_name,
    fold_name,
    leads_in,
    listed,
    split_names,
)
from worker.core.html.metadata.scene import COMMENTS, Scene
from worker.core.html.metadata.structured import people_of
from worker.core.html.metadata.vote import Ballot, grouped
from worker.core.lexicon import lexicons

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
_BY_WORD: Final = re.compile(
    r"(?:^|[|·•,\d]\s*|\b(?:[Pp]osted|[Ww]ritten|in [^\W\d_]+)\s)"
    r"(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or|[Dd]i|[Oo]leh)\s*:?\s+([^\W\d][\w.-]{2,29})"
    r"(?=\s*(?:$|[|·•,@\d(]|\s(?:on|am|at|in|under|le|el|um|à|a)\s))"
)
_LINE: Final = 90
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
    return [(origin, name) for origin, name in found if name]


def lists(scene: Scene) -> list[list[str]]:
    """Names that are told together: by the story's JSON-LD, and by lines behind a `By` under the headline."""
    found = [[name for origin, name in _structured(scene) if origin == "json-ld"]]
    for i in scene.near():
        text = scene.texts[i]
        if len(text) < _LINE and leads_in(text) and _place(scene, i) == "near":
            found.append([name for name in listed(text, scene.page.language) if _is_shaped(name)])
    return [names for names in found if 1 < len(names) <= _TOGETHER]


_TOGETHER: Final = 6
"""Most names that are told together as authors of one story."""


def _is_shaped(name: str) -> bool:
    """Whether it looks like a whole name; in a script without spaces or capitals any does."""
    return name.upper() == name.lower() or bool(_NAME.match(name) and not name[0].islower())


def _place(scene: Scene, block: int) -> str:
    return _where(scene, scene.page.blocks.start[block], scene.page.blocks.element[block])


def _structured(scene: Scene) -> list[tuple[str, str]]:
    stories, pages = scene.structured.stories[:1], scene.structured.pages[:1]
    told = [(origin, node.get(field)) for node in stories for field, origin in _FIELDS]
    told += [("json-ld-page", node.get("author")) for node in pages]
    return [
        (origin, name)
        for origin, value in told
        for raw in people_of(value, scene.structured.by_id)
        for name in (_of_address(scene, raw) if _URL.match(raw) else _names(scene, raw))
    ]


_FIELDS: Final = (("author", "json-ld"), ("creator", "json-ld-creator"))
_URL: Final = re.compile(r"https?://|/\w")
_SLUG: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+){1,3}")


def _names(scene: Scene, raw: str) -> list[str]:
    return split_names(raw, scene.page.language)


def _of_address(scene: Scene, url: str) -> list[str]:
    """The name of the person at an address: what a link to it says, else the words of its last part."""
    page, path = scene.page, _path(url)
    for start, end, href in zip(page.anchors.start, page.anchors.end, page.anchors.href, strict=True):
        if 3 <= end - start <= MAX_CHARS and _path(href) == path:
            name = clean_name(page.text[start:end])
            if name:
                return [name]
    slug = _SLUG.fullmatch(path.rpartition("/")[2])
    return [slug[0].replace("-", " ").title()] if slug and _PROFILE.search(url) else []


def _path(url: str) -> str:
    """The path of an address: the same person's, whole or without the host."""
    return re.sub(r"^(?:https?:)?//[^/]*", "", url).partition("?")[0].rstrip("/")


def _metas(scene: Scene) -> list[tuple[str, str]]:
    found = []
    for origin, names in _METAS:
        for word in names:
            for value in scene.metas.get(word, ())[:6]:
                told = _of_address(scene, value) if _URL.match(value) else _names(scene, value)
                found += [(origin, name) for name in told]
    found += [("twitter:data1", name) for name in _names(scene, scene.meta("twitter:data1"))]
    return found


def _links(scene: Scene) -> list[tuple[str, str]]:
    page, found = scene.page, []
    anchors = page.anchors
    for i, (start, end, rel, href, said) in enumerate(
        zip(anchors.start, anchors.end, anchors.rel, anchors.href, anchors.key, strict=True)
    ):
        if not 3 <= end - start <= MAX_CHARS + 10:
            continue
        author_rel, profile = "author" in rel, i in scene.people_links and bool(_PROFILE.search(href))
        keyed = bool(said and meaning(said) & AUTHOR)
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
        names = _names(scene, text.split("\n", 1)[0])
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
            found += [(f"{origin}-{where}", name) for name in _names(scene, text)]
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
        found += _led(scene, i, text, where)
        if glued:
            found.append((f"glued-by-{where}", clean_name(glued[1])))
        elif match:
            kind = "by" if match.start() == 0 else "inner-by"
            found += [(f"{kind}-{where}", name) for name in _names(scene, match[1])]
            if match.start() == 0 and len(text) < 60:
                found += [("by-line", name) for name in _names(scene, text)]
        elif where in ("near", "above") and len(text) < _LINE and i != scene.title:
            names = _names(scene, text) if len(text) >= MAX_CHARS or "," in text else [clean_name(text)]
            if all(map(_NAME.match, [text] if len(names) == 1 else names)):
                found += [(f"name-shape-{where}", name) for name in names]
    return found


def _led(scene: Scene, i: int, text: str, where: str) -> list[tuple[str, str]]:
    """The name in one word behind a `by`, the names behind a cue of the lexicons, and links behind either."""
    found = [(f"by-word-{where}", clean_name(match[1])) for match in _BY_WORD.finditer(text)]
    led = [text] if len(text) < _LINE and leads_in(text) else behind_leads(text)
    found += [(f"lead-{where}", name) for part in led for name in _names(scene, part)]
    anchors, (start, end) = scene.page.anchors, (scene.page.blocks.start[i], scene.page.blocks.end[i])
    for at in range(bisect_left(anchors.start, start), bisect_left(anchors.start, end)):
        before = text[max(0, anchors.start[at] - start - 30) : anchors.start[at] - start].strip(" :\u00a0")
        words = before.split()[-3:]
        if words and any(key(" ".join(words[-count:])) in lead_words() for count in (1, 2, 3)):
            found.append((f"by-link-{where}", clean_name(text[anchors.start[at] - start : anchors.end[at] - start])))
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
        name = next((name for _, name in pairs if not name.isupper()), pairs[0][1])
        found.append(Ballot(name, origins[0], told))
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
    if name.casefold() == scene.meta("og:site_name").casefold():
        told.append("site-name")
    if any(character.isdecimal() for character in name):
        told.append("digits")
    if "." in name and _DOMAIN.search(name):
        told.append("domain")
    if (
        len(words) > 1
        and not uncased
        and not _function_words(scene.page.language).isdisjoint(word.casefold() for word in words)
    ):
        told.append("function-word")
    if name.casefold() not in seen:
        told.append("unseen")
    return told


_DOMAIN: Final = re.compile(r"\.[a-z]{2,6}$")


@cache
def _function_words(language: str) -> frozenset[str]:
    """The commonest words of a language, and the English ones; those that are parts of names left out."""
    codes = {language.partition("-")[0].lower(), "en"}
    return (
        frozenset(word.casefold() for lexicon in lexicons() if lexicon.language in codes for word in lexicon.function)
        - _PARTICLES
    )


_PARTICLES: Final = frozenset(
    [
        "de",
        "van",
        "von",
        "der",
        "den",
        "del",
        "da",
        "di",
        "la",
        "le",
        "bin",
        "al",
        "el",
        "zu",
        "dos",
        "du",
        "das",
        "y",
        "e",
        "i",
        "of",
    ]
)
