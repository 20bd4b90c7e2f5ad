"""Dates in running text: each writing gives one ISO value."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.messages import Precision
from worker.core.enrich.calendars import hijri, jalali
from worker.core.enrich.dates import find_dates, resolve

AT = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)

ABSOLUTE = [
    ("03 يونيو 2020", "ar", "2020-06-03"),
    ("2020/12/25 - 1:59 صباحًا", "ar", "2020-12-25T01:59"),
    ("الجمعة 24 نيسان / أبريل 2020 09:22 مساءً", "ar", "2020-04-24T21:22"),
    ("الجمعة 8 فيفري 2019", "ar", "2019-02-08"),
    ("٢٤ تشرين الثاني/نوفمبر ٢٠٢٦", "ar", "2026-11-24"),
    ("26.05.2026 | 20:46 GMT", "ar", "2026-05-26T20:46+00:00"),
    ("٠٢:٠٠ الثلاثاء ١ / ١٢ / ٢٠٢٠", "ar", "2020-12-01T02:00"),
    ("۲۹ بهمن ۱۳۹۸ - ۰۶:۵۵", "fa", "2020-02-18T06:55"),
    ("۱۴۰۳/۰۷/۱۵", "fa", "2024-10-06"),
    ("Sun, Jun 28, 2020, 16:41 [IST]", "hi", "2020-06-28T16:41+05:30"),
    ("Sept. 8, 2020 at 9:22 a.m. ET", "en", "2020-09-08T09:22"),
    ("May 15, 2020,07:02pm EDT", "en", "2020-05-15T19:02-04:00"),
    ("Friday, 12th of January 2024 at 5:07pm GMT+2", "en", "2024-01-12T17:07+02:00"),
    ("2023-12-05T10:11:12.123Z", "en", "2023-12-05T10:11:12+00:00"),
    ("01/02/2020", "en", "2020-01-02"),
    ("01/02/2020", "de", "2020-02-01"),
    ("15.06.2020, 12.11 Uhr", "de", "2020-06-15T12:11"),
    ("Schmidt3.11.2023", "de", "2023-11-03"),
    ("26 | 01 | 2022", "de", "2022-01-26"),
    ("28 luglio 202010:43", "it", "2020-07-28T10:43"),
    ("24 Décembre 2020 à 07h47", "fr", "2020-12-24T07:47"),
    ("5 de diciembre de 2023 a las 10:15", "es", "2023-12-05T10:15"),
    ("19 sierpnia 2020, 5:16", "pl", "2020-08-19T05:16"),
    ("5. joulukuuta 2023 klo 9.15", "fi", "2023-12-05T09:15"),
    ("2020. 06. 04. 11:27", "hu", "2020-06-04T11:27"),
    ("2020. december 5.", "hu", "2020-12-05"),
    ("12 Mayıs 2023 Cuma 14:20", "tr", "2023-05-12T14:20"),
    ("21 сентября 2020, 00:03", "ru", "2020-09-21T00:03"),
    ("12 มกราคม 2566 เวลา 10:30 น.", "th", "2023-01-12T10:30"),
    ("5 tháng 12, 2023 10:20", "vi", "2023-12-05T10:20"),
    ("2020年7月1日 10時00分", "ja", "2020-07-01T10:00"),
    ("令和5年12月5日", "ja", "2023-12-05"),
    ("2023년 12월 5일 오후 3:20", "ko", "2023-12-05T15:20"),
    ("২৪ নভেম্বর ২০২৬, ১০:৩০", "bn", "2026-11-24T10:30"),
    ("5 בדצמבר 2023", "he", "2023-12-05"),
]

RELATIVE = [
    ("3 hours ago", "en", "2026-11-24", Precision.DAY),
    ("قبل 12 دقيقة", "ar", "2026-11-24T21:48+00:00", Precision.MINUTE),
    ("vor 23 Minuten", "de", "2026-11-24T21:37+00:00", Precision.MINUTE),
    ("вчера в 16:19", "ru", "2026-11-23T16:19", Precision.MINUTE),
    ("11:00, сьогодні", "uk", "2026-11-24T11:00", Precision.MINUTE),
    ("2 дня назад", "ru", "2026-11-22", Precision.DAY),
    ("[06月24日 11時30分]", "ja", "2026-06-24T11:30", Precision.MINUTE),
    ("LONDON, Dec 5 (Wire) -", "en", "2025-12-05", Precision.DAY),
]


@pytest.mark.parametrize(("text", "language", "value"), ABSOLUTE)
def test_an_absolute_date_is_read_as_precisely_as_it_is_printed(text: str, language: str, value: str) -> None:
    assert [found.value for found in find_dates(f"x {text} y", [language])] == [value]


@pytest.mark.parametrize(("text", "language", "value", "precision"), RELATIVE)
def test_a_relative_date_is_resolved_against_the_time_of_fetching(
    text: str, language: str, value: str, precision: Precision
) -> None:
    (found,) = find_dates(text, [language])
    assert found.relative
    resolved = resolve(found, AT)
    assert (resolved.value, resolved.precision) == (value, precision)


@pytest.mark.parametrize(
    "text", ["", "in May it was", "10.12.13.14", "v1.2.3", "he ran 3 times", "12 of 34", "31.02.2020", "le 3 mars 1548"]
)
def test_what_is_no_date_gives_none(text: str) -> None:
    assert find_dates(text, ["en"]) == []


def test_a_hijri_date_takes_the_day_its_weekday_names() -> None:
    (found,) = find_dates("الثلاثاء 12 ربيع الأول 1445 هـ", ["ar"])
    assert found.value == "2023-09-26"
    assert not found.certain


def test_other_calendars_agree_with_known_days() -> None:
    assert [str(jalali(*day)) for day in ((1403, 1, 1), (1399, 12, 30), (1404, 7, 1))] == [
        "2024-03-20",
        "2021-03-20",
        "2025-09-23",
    ]
    assert jalali(1400, 12, 30) is None
    assert str(hijri(1441, 9, 1)) == "2020-04-24"


def test_a_long_text_is_searched_around_its_digits() -> None:
    text = "word " * 500 + "on 5 May 2020 at 10:15 " + "word " * 500
    (found,) = find_dates(text, ["en"])
    assert text[found.start : found.end] == "5 May 2020 at 10:15"


@given(st.text(alphabet=st.sampled_from("0123456789./-: |ТTмаяMayمايو年月日٠١٢,ago#h+"), max_size=60))
def test_finding_never_raises_and_stays_inside(text: str) -> None:
    end = 0
    for found in find_dates(text, ["en", "ar"]):
        assert end <= found.start < found.end <= len(text)
        end = found.end
        assert resolve(found, AT).day is not None
