"""Everything that is read off a page before anything is decided: its columns, marks and units."""

from dataclasses import dataclass

from worker.core.text.cues import Cue, find_cues
from worker.core.text.dates import Dates, find_dates
from worker.core.text.languages import Languages, tell_languages
from worker.core.text.letters import Letters, read_letters
from worker.core.text.repeats import Repeats, find_repeats
from worker.core.text.units import Spacing, Units, cut_units, read_spacing
from worker.core.text.words import Words, read_words


@dataclass(frozen=True, slots=True)
class Reading:
    """A page as it is read: what stands where, and the units it falls into."""

    letters: Letters
    spacing: Spacing
    words: Words
    languages: Languages
    cues: list[Cue]
    dates: Dates
    repeats: Repeats
    units: Units


def read_page(text: str, hint: str | None = None, without: int = 0) -> Reading:
    """Read a text that has at least one visible character.

    `hint` is the page's language if known; `without` takes languages (bits) out of the cues, for fitting and measuring.
    """
    letters = read_letters(text)
    spacing = read_spacing(letters)
    words = read_words(letters)
    languages = tell_languages(words, hint)
    cues = find_cues(letters, languages, without)
    dates = find_dates(letters, words)
    repeats = find_repeats(letters)
    units = cut_units(letters, spacing, cues, dates, repeats, words.start[languages.opener])
    return Reading(letters, spacing, words, languages, cues, dates, repeats, units)
