"""Cue phrases are found however they are spelt, and only where they can be cues."""

import pytest

from worker.core.lexicon import CUE_KINDS
from worker.core.text.cues import find_cues
from worker.core.text.languages import tell_languages
from worker.core.text.letters import fold_text, read_letters
from worker.core.text.words import read_words


def kinds_at(text: str, phrase: str, language: str) -> set[str]:
    page = read_letters(text)
    cues = find_cues(page, tell_languages(read_words(page), language))
    at = text.index(phrase)
    return {CUE_KINDS[cue.kind] for cue in cues if cue.start == at and cue.own and (cue.opens or cue.words > 1)}


@pytest.mark.parametrize(
    ("text", "phrase", "language", "kind"),
    [
        ("انتهى.\nالمصدر: رويترز", "المصدر", "ar", "source"),
        ("انتهى. المــصــدر: رويترز", "المــصــدر", "ar", "source"),
        ("اقرأ أيضاًأمير الكويت", "اقرأ أيضاً", "ar", "read_also"),
        ("إقرا\u200bء", "إقرا", "ar", ""),
        ("The end.\nREAD ALSO: More of it", "READ ALSO", "en", "read_also"),
        ("Ende.\nSchlagwörter: Politik", "Schlagwörter", "de", "tags"),
    ],
)
def test_a_cue_is_found_in_any_spelling(text: str, phrase: str, language: str, kind: str) -> None:
    assert (kind in kinds_at(text, phrase, language)) == bool(kind)


def test_a_plain_word_of_the_story_is_no_cue() -> None:
    assert not kinds_at("The sources said nothing to our source of news.", "source", "en")


def test_folding_forgets_case_marks_and_keyboards() -> None:
    assert fold_text("أَيضًا") == fold_text("ايضا")
    assert fold_text("کوریا") == fold_text("كوريا")
    assert fold_text("É\u200bcole") == "ecole"
