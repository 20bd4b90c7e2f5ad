"""Site profiles: what counts as a page, what is known, and that the core's outcome is one of page and profile."""

from datetime import UTC, datetime

import numpy as np
import pytest

from schemas.codec import decode, encode
from schemas.messages import RawPage
from schemas.site_profile import PagePrints, SiteProfile
from tests.kit.site import HOST, MENU, SUBJECTS, text_of, url_of
from worker.core.pipeline import process
from worker.core.site_profile import LIMIT, grown, page_prints
from worker.core.text.prints import prints_of
from worker.core.text.shared import LEAST_PAGES, known_of

AT = datetime(2026, 1, 2, tzinfo=UTC)


def prints_of_page(subject: str) -> PagePrints:
    outcome = process(RawPage(url=url_of(subject), text=text_of(subject)), AT)
    assert outcome.articles
    return page_prints(outcome.text, outcome.segments)


def profile_of(*subjects: str) -> SiteProfile:
    profile = None
    for subject in subjects:
        profile = grown(profile, HOST, url_of(subject), prints_of_page(subject), 1) or profile
    assert profile is not None
    return profile


def made_up(number: int, size: int = 300) -> PagePrints:
    rng = np.random.default_rng(number)
    furniture = np.arange(1, 101, dtype="<u8")
    body = np.sort(rng.integers(1000, 1 << 63, size, dtype=np.uint64)).astype("<u8")
    return PagePrints(body=body.tobytes(), rest=furniture.tobytes())


def test_what_three_stories_share_is_known_and_what_two_share_is_not() -> None:
    assert not len(known_of(profile_of(*SUBJECTS[:2])))
    profile = profile_of(*SUBJECTS[:LEAST_PAGES])
    known = known_of(profile)
    assert profile.pages == LEAST_PAGES
    assert np.isin(known, prints_of(MENU).hash).mean() > 0.8


def test_a_page_fetched_again_and_a_story_under_another_url_do_not_count() -> None:
    profile = profile_of("pier")
    assert grown(profile, HOST, url_of("pier"), prints_of_page("school"), 1) is None
    assert grown(profile, HOST, f"{url_of('pier')}?utm_source=feed", prints_of_page("school"), 1) is None
    assert grown(profile, HOST, f"https://{HOST}/print/pier", prints_of_page("pier"), 1) is None


def test_a_page_without_a_story_does_not_count() -> None:
    assert grown(None, HOST, f"https://{HOST}/", PagePrints(rest=made_up(1).rest), 1) is None


def test_a_story_printed_under_many_urls_is_never_known() -> None:
    profile = None
    for number in range(40):
        again = made_up(7) if number % 2 else made_up(number)
        profile = grown(profile, HOST, f"https://{HOST}/{number}", again, 1) or profile
    assert profile is not None
    assert not np.isin(np.frombuffer(made_up(7).body, "<u8"), known_of(profile)).any()


def test_a_profile_is_bounded_and_keeps_what_all_pages_have() -> None:
    profile = None
    for number in range(100):
        profile = grown(profile, HOST, f"https://{HOST}/{number}", made_up(number), 1) or profile
        assert profile.version == number + 1
    assert profile is not None
    assert len(profile.prints) == 8 * LIMIT
    assert len(encode(profile)) < 33_000
    assert known_of(profile).tolist() == list(range(1, 101))


def test_a_face_that_a_site_gave_up_is_forgotten() -> None:
    profile = None
    for number in range(100):
        profile = grown(profile, HOST, f"https://{HOST}/{number}", made_up(number), 1)
    for number in range(100, 700):
        page = made_up(number)
        profile = grown(profile, HOST, f"https://{HOST}/{number}", PagePrints(body=page.body), 1)
    assert profile is not None
    assert profile.pages < 128
    assert not len(known_of(profile))


def test_versions_rise_and_are_those_asked_for_where_they_can() -> None:
    first = grown(None, HOST, "https://a.example/1", made_up(1), 500)
    assert first is not None
    second = grown(first, HOST, "https://a.example/2", made_up(2), 400)
    third = grown(second, HOST, "https://a.example/3", made_up(3), 900)
    assert [p.version for p in (first, second, third) if p] == [500, 501, 900]


def test_a_profile_survives_its_way_over_the_topic() -> None:
    profile = profile_of(*SUBJECTS[:4])
    assert decode(SiteProfile, encode(profile)) == profile
    assert encode(profile) == encode(profile_of(*SUBJECTS[:4]))


@pytest.mark.parametrize("broken", [{"prints": b"1234567"}, {"seen": b""}, {"recent": b"1"}, {"version": 0}])
def test_a_profile_whose_lists_do_not_fit_is_none(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"fingerprints|greater"):
        SiteProfile.model_validate({**profile_of(*SUBJECTS[:3]).model_dump(), **broken})


@pytest.mark.parametrize("kind", ["text", "html"])
def test_the_same_page_and_profile_have_the_same_outcome_and_name_the_version(kind: str) -> None:
    profile = profile_of(*SUBJECTS[:5])
    content = text_of("chapel")
    if kind == "html":
        content = "".join(f"<p>{line}</p>" for line in content.split("\n\n"))
    page = RawPage.model_validate({"url": url_of("chapel"), kind: content})
    outcomes = [process(page, AT, profile=decode(SiteProfile, encode(profile))) for _ in range(2)]
    assert outcomes[0] == outcomes[1]
    assert {article.profile_version for article in outcomes[0].articles} == {profile.version}
    assert outcomes[0].metrics.profile_version == profile.version
    told, told_without = (o.articles[0].body.split("\n") for o in (outcomes[0], process(page, AT)))
    assert "The baker of the chapel" in " ".join(told)
    assert set(told) <= set(told_without)


def test_an_outcome_without_a_profile_names_none() -> None:
    outcome = process(RawPage(url=url_of("pier"), text=text_of("pier")), AT)
    assert outcome.articles[0].profile_version is None
    assert b"profile_version" not in encode(outcome.metrics)


def test_a_rejected_page_names_the_profile_too() -> None:
    outcome = process(RawPage(url=url_of("pier"), text=" "), AT, profile=profile_of(*SUBJECTS[:3]))
    assert outcome.rejection is not None
    assert outcome.metrics.profile_version == 3
