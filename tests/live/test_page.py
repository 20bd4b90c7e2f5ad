"""The live page in a real browser, drawn from a board of known content: hostile, right to left, empty, busy."""

import time
import urllib.error
import urllib.request
from collections import Counter, deque
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from schemas.messages import Position
from schemas.reasons import Reason
from worker import health
from worker.cli.run import routes_of
from worker.live.board import Board
from worker.live.glimpse import Glimpse, Headline, Letter, SourceCounts
from worker.live.serve import routes
from worker.observe import Metrics
from worker.settings import Settings
from worker.tally import Overview, Tally

NOW = datetime.now(UTC)
HOSTILE = "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
CONTRAST = """
const linear = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
const parse = (text) => text.match(/[\\d.]+/g).map(Number);
const ground = (node) => {
  for (; node; node = node.parentElement) {
    const c = parse(getComputedStyle(node).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c;
  }
  return [255, 255, 255];
};
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || !node.getClientRects().length || node.closest('script, noscript')) continue;
  const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
  found.push([(a + 0.05) / (b + 0.05), walker.currentNode.data.trim().slice(0, 40)]);
}
return found;
"""
CUT = """
return [...document.querySelectorAll('main :not(.unseen)')]
  .filter((e) => e.clientWidth && e.scrollWidth > e.clientWidth + 1).map((e) => e.id || e.className || e.tagName);
"""
"""What is wider than its place, and so cut off or to be scrolled."""


def headline(title, language="en", direction="ltr", url="https://news.example/story", **more):
    return Headline(title, url, "news.example", language, direction, 0.93, more.get("part", "main"), NOW)


HEADLINES = (
    headline("Bridge over the Ina reopens after two years"),
    headline("إعادة فتح الجسر القديم فوق النهر بعد عامين من الإغلاق", "ar", "rtl"),
    headline("גשר הרכבת הישן נפתח מחדש", "he", "rtl", part="embedded"),
    headline(None, None),
    headline(HOSTILE, "en", "ltr", "javascript:document.title='pwned'"),
)
WHERE = Position(topic="news.pages", partition=3, offset=4711)
LETTERS = (
    Letter(Reason.NO_ARTICLE, "a front page", "news.example", WHERE, NOW),
    Letter(Reason.NOT_JSON, HOSTILE, HOSTILE, None, NOW),
)
SOURCES = {
    "news.example": SourceCounts(400, 396, 370.0),
    "broken.example": SourceCounts(50, 3, 1.2),
    "a-very-long-name-of-a-host-that-goes-on-and-on.regional-newspapers.example": SourceCounts(40, 39, 36.0),
    "quiet.example": SourceCounts(2, 2, 1.9),
}
REJECTED = {Reason.NO_ARTICLE: 40, Reason.NOT_JSON: 12}


class Page:
    """A board behind the worker's own http server."""

    def __init__(self, board):
        self.board = board
        overview = Overview(processes=2, alive=2, settled=2, assigned=12, last_progress_seconds=0.4)
        self.server = health.serve("127.0.0.1", 0, routes(board, lambda: overview))
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def busy_board():
    """A quarter of an hour of load with a stall in it, then one batch of everything."""
    now = time.time()
    board = Board("newsmill-0", "0.1.0", now - 7200)
    for step in range(180):
        stalled = 90 <= step < 100
        pages = 0 if stalled else 4000 + 300 * (step % 7)
        lag = {0: 5000 * max(0, step - 89) if step < 110 else 200}
        tally = Tally(pages, pages * 10_000, pages, lag=lag, lag_seconds=80.0 if stalled else 1.5)
        board.add(0, tally, now - 900 + step * 5)
    glimpse = Glimpse(dict(SOURCES), deque(HEADLINES), deque(LETTERS))
    tally = Tally(492, 5_000_000, 440, dead_letters=Counter(REJECTED), lag={0: 1000, 1: 234}, lag_seconds=4.0)
    tally.glimpse = glimpse
    board.add(0, tally, now)
    return board


@pytest.fixture(scope="module")
def page():
    page = Page(busy_board())
    yield page
    page.close()


@pytest.fixture
def opened(browser, page):
    browser.look(*SIZES["desktop"], "light")
    browser.open(page.url)
    browser.wait("return document.querySelectorAll('#headlines li').length")
    return browser


def test_the_figures_are_those_of_the_board(opened):
    assert opened.run("return document.querySelector('#instance').textContent") == "newsmill-0"
    assert opened.run("return document.querySelector('#lag-records').textContent") == "1,234"
    behind = opened.run("return document.querySelector('#lag-seconds').textContent")
    assert 4 <= int(behind.removesuffix(" s")) < 60  # pages that wait get older
    assert float(opened.run("return document.querySelector('#pages-now').textContent").replace(",", "")) > 500


def test_outcomes_are_counted_by_reason(opened):
    rows = opened.run("return [...document.querySelectorAll('#outcomes tr')].map(r => r.innerText.split(/\\s+/)[0])")
    assert rows[0] == "article"
    assert set(rows) == {"article", *REJECTED}


def test_headlines_carry_their_language_and_direction(opened):
    script = "return [...document.querySelectorAll('.headline')].map(h => [h.textContent, h.lang, h.dir])"
    shown = opened.run(script)
    assert ["إعادة فتح الجسر القديم فوق النهر بعد عامين من الإغلاق", "ar", "rtl"] in shown
    assert ["Bridge over the Ina reopens after two years", "en", "ltr"] in shown
    assert ["without a headline", "", ""] in shown
    style = "return getComputedStyle(document.querySelector('.headline[lang=ar]')).direction"
    assert opened.run(style) == "rtl"


def test_hostile_headlines_hosts_and_addresses_stay_text(opened):
    opened.wait("return document.querySelectorAll('#letters li').length")
    assert opened.run("return document.title") == "Newsmill live"
    assert HOSTILE in opened.run("return [...document.querySelectorAll('.headline')].map(h => h.textContent)")
    assert opened.run("return document.querySelectorAll('main img, main script, main iframe').length") == 0
    addresses = opened.run("return [...document.querySelectorAll('main a')].map(a => a.protocol)")
    assert set(addresses) == {"https:"}


def test_the_sick_source_stands_first_and_says_so_in_words(opened):
    rows = opened.run("return [...document.querySelectorAll('#sources tr')].map(r => r.innerText)")
    assert rows[0].startswith("broken.example")
    assert "failing" in rows[0]
    assert any("quiet.example" in row and "few pages" in row for row in rows)


def test_the_charts_are_drawn(opened):
    """Each canvas holds more than one colour."""
    script = """
    return [...document.querySelectorAll('.chart canvas')].map((canvas) => {
      const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      return new Set(new Uint32Array(data.buffer)).size;
    })"""
    colours = opened.run(script)
    assert len(colours) == 2
    assert all(count > 10 for count in colours)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_text_can_be_read_at_every_size_in_both_schemes(browser, page, artefacts, size, scheme):
    """Contrast of 4.5 for all text, nothing wider than the window, controls large enough for a thumb."""
    width, _ = SIZES[size]
    browser.look(*SIZES[size], scheme)
    browser.open(page.url)
    browser.wait("return document.querySelectorAll('#headlines li').length && document.querySelector('canvas')")
    time.sleep(0.3)
    browser.screenshot(artefacts / f"live-{size}-{scheme}.png")
    poor = [entry for entry in browser.run(CONTRAST) if entry[0] < 4.5]
    assert poor == []
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert browser.run(CUT) == []
    assert browser.run("return document.querySelector('#pause').getBoundingClientRect().height") >= 44


def test_it_can_be_used_by_keyboard_and_read_by_a_screen_reader(opened):
    """One main, one h1, headings without a gap, every table labelled, a live status, names on all controls."""
    assert opened.run("return [document.querySelectorAll('main').length, document.querySelectorAll('h1').length]") == [
        1,
        1,
    ]
    levels = opened.run("return [...document.querySelectorAll('h1, h2, h3')].map(h => Number(h.tagName[1]))")
    assert all(after - before <= 1 for before, after in pairwise(levels))
    named = "[aria-labelledby], [aria-hidden]"
    assert opened.run(f"return [...document.querySelectorAll('table')].every(t => t.closest('{named}'))")
    assert opened.run("return document.querySelector('#status').getAttribute('role')") == "status"
    opened.run("document.querySelector('#pause').click()")
    assert opened.run("return document.querySelector('#pause').getAttribute('aria-pressed')") == "true"
    assert opened.run("return document.querySelector('#status').textContent") == "Paused"


def test_the_page_asks_nobody_but_the_worker_and_the_console_is_clean(opened, page):
    asked = opened.run("return performance.getEntriesByType('resource').map(e => e.name)")
    assert asked
    assert all(name.startswith((page.url, "data:")) for name in asked)
    assert opened.complaints() == []


def test_an_empty_board_says_that_there_is_nothing_yet(browser):
    page = Page(Board("newsmill-1", "0.1.0", time.time()))
    browser.open(page.url)
    browser.wait("return document.querySelector('#status').textContent.startsWith('2 of 2 processes run')")
    notes = "return [...document.querySelectorAll('.empty')].filter(p => !p.hidden).map(p => p.textContent)"
    assert browser.run(notes) == ["No article yet.", "None.", "No page yet."]
    assert browser.run("return document.querySelector('#pages-now').textContent") == "0"
    page.close()


@pytest.mark.parametrize("path", ["../settings.py", "live.jso", "assets/live.js", "index.html", "uplot.LICENSE"])
def test_a_path_that_is_not_listed_is_not_answered(page, path):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(page.url + path)  # noqa: S310 - localhost


@pytest.mark.parametrize("shown", [True, False])
def test_the_live_page_can_be_switched_off(shown):
    """Metrics and health stay."""
    overview = Overview(processes=1, alive=1, settled=1, assigned=1, last_progress_seconds=0.0)
    settings = Settings(http={"live_page": shown})
    paths = routes_of(settings, Metrics(), Board("newsmill-0", "0.1.0", 0.0), lambda: overview).keys()
    assert paths >= {"/metrics", "/healthz", "/readyz"}
    assert (paths >= {"/", "/live.json"}) is shown
