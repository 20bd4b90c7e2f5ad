"""Pages of a site that does not exist: the same furniture around stories of their own."""

import random

HOST = "harbourpost.example"
MENU = (
    "Harbour Tides Ferries Fishing Weather Market prices Letters Jobs Contact Archive Subscriptions Imprint. "
    "This paper is read on five islands and on the coast, and has been printed in the old customs house since 1921. "
    "Whoever sees a light at sea that is on no chart may call the desk at any hour of the day or of the night."
)
WORDS = (
    *("council", "mayor", "island", "winter", "autumn", "plan", "money", "gale", "stone", "road", "boat", "family"),
    *("doctor", "teacher", "fisher", "baker", "window", "price", "letter", "morning", "evening", "paper", "wall"),
    *("garden", "river", "north", "south", "young", "old", "quiet", "long", "narrow", "cold", "early", "late"),
    *("built", "found", "asked", "closed", "opened", "carried", "promised", "counted"),
)
SUBJECTS = ("pier", "school", "market", "ferry", "library", "dyke", "lighthouse", "harbour office", "bridge", "chapel")


def text_of(subject: str) -> str:
    """A page whose story has sentences of its own, whatever they mean."""
    rng = random.Random(subject)  # noqa: S311 - made-up stories, no secret
    sentences = []
    for _ in range(12):
        words = [rng.choice(WORDS) for _ in range(14)]
        sentences.append(
            f"The {words[0]} of the {subject} said on Monday that {' '.join(words[1:])} in the {words[2]}."
        )
    paragraphs = [" ".join(sentences[at : at + 3]) for at in range(0, 12, 3)]
    return "\n\n".join((MENU, f"Council votes for a new {subject}", *paragraphs, MENU.upper()))


def url_of(subject: str) -> str:
    return f"https://{HOST}/{subject.replace(' ', '-')}"
