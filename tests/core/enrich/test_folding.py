"""Folding: long texts are folded by tables, short ones by rules, and nobody can tell which."""

import re
import unicodedata

from hypothesis import example, given, settings
from hypothesis import strategies as st

from worker.core.enrich.fingerprint import fold_body, simhash
from worker.core.enrich.fold import key, words_of

texts = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=st.sampled_from("aBßİ1_ -…\u00a0e\u0301éﬁ²ﷺאمأىـً،한가가क्षिক\u200d😀𝒜𐐀\n"), max_size=40),
)


@settings(max_examples=500, deadline=None)
@given(texts)
@example("ﬀ…\u0338 \u00a0\u0301")
@example("ß\u0301\U00010000")
def test_a_long_text_is_folded_like_a_short_one(text: str) -> None:
    assert " ".join(words_of(text)) == key(text)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_a_body_is_folded_to_its_letters_and_digits(text: str) -> None:
    plain = unicodedata.normalize("NFKC", text).casefold()
    assert fold_body(text) == " ".join(re.findall(r"[^\W_]+", plain))


def test_the_fingerprint_of_a_body_stays_what_it_was() -> None:
    """Archives compare new articles with old ones by it."""
    assert (
        simhash(fold_body("The night ferry to the Skerry Islands will sail again from January.")) == "5a71f76ca29c1d95"
    )
    assert simhash(fold_body("سيبحر العبّارة الليلية إلى الجزر مجددًا اعتبارا من يناير…")) == "5796c010f286f060"
    assert simhash(fold_body("Ferry")) == "96c3068820b9feee"
    assert simhash("") == "0000000000000000"
