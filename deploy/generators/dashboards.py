"""The four dashboards: each answers one question of the person who opens it."""

from collections.abc import Iterator
from typing import Final

from generators.panel import SELECT, Json, Panel, Query, bars, dashboard, graph, heatmap, stat, table, text

RATE: Final = "[$__rate_interval]"
SOON: Final = ((None, "green"), (60.0, "orange"), (600.0, "red"))
"""Seconds of lag: a minute is worth a look, ten are an alert."""


def all_dashboards() -> dict[str, Json]:
    """File name -> dashboard."""
    return {
        "overview.json": dashboard(
            "overview", "Overview", "Is it healthy, and am I falling behind?", list(_overview())
        ),
        "quality.json": dashboard("quality", "Quality", "What is extracted, and what changed?", list(_quality())),
        "sources.json": dashboard("sources", "Sources", "Which sites broke?", list(_sources())),
        "runtime.json": dashboard("runtime", "Runtime", "Where do time and memory go?", list(_runtime())),
    }


def rate(metric: str, by: str = "", more: str = "") -> str:
    """Per second, of all chosen workers, by a label or as one sum."""
    return f"sum{f' by ({by})' if by else ''} (rate(newsmill_{metric}{{{SELECT}{more}}}{RATE}))"


def gauge(metric: str, how: str = "sum", by: str = "", more: str = "") -> str:
    """A gauge of all chosen workers."""
    return f"{how}{f' by ({by})' if by else ''} (newsmill_{metric}{{{SELECT}{more}}})"


def share(part: str, whole: str) -> str:
    """A share of 0..1 that is absent, not wrong, while nothing flows."""
    return f"({part}) / ({whole} > 0)"


def of_each(metric: str, label: str, whole: str, more: str = "") -> str:
    """The share of each value of a label in a whole that has no labels."""
    return f"{rate(metric, label, more)} / ignoring ({label}) group_left () ({whole} > 0)"


def quantile(q: float, metric: str, by: str = "le") -> str:
    """A quantile of a histogram."""
    return f"histogram_quantile({q}, {rate(metric + '_bucket', by)})"


def _overview() -> Iterator[Panel]:
    late = gauge("lag_seconds", "max")
    dead = share(rate("dead_letters_total"), rate("pages_total"))
    yield stat("Workers", "How many answer.", 'sum (up{job=~"$job"})')
    yield stat("Time behind", "Age of the pages coming out now, of the slowest worker.", late, "s", SOON)
    yield stat("Pages behind", "Pages that wait.", gauge("lag_records"))
    yield stat("Pages a second", "What goes through now.", rate("pages_total"))
    yield stat(
        "Dead letters", "Share of pages.", dead, "percentunit", ((None, "green"), (0.05, "orange"), (0.2, "red"))
    )
    yield stat(
        "Lag grows by", "Pages a second; below zero it shrinks.", f"sum (deriv(newsmill_lag_records{{{SELECT}}}{RATE}))"
    )
    yield graph(
        "Pages", "What became of them.", Query(rate("pages_total", "outcome"), "{{outcome}}"), unit="cps", stacked=True
    )
    yield graph("Time behind", "By worker.", Query(gauge("lag_seconds", "max", "instance"), "{{instance}}"), unit="s")
    yield graph("Pages behind", "By worker.", Query(gauge("lag_records", "sum", "instance"), "{{instance}}"))
    yield graph(
        "Dead letters",
        "By reason; each has its section in the runbook.",
        Query(rate("dead_letters_total", "reason"), "{{reason}}"),
        unit="cps",
    )
    yield graph(
        "Bytes",
        "In and out.",
        Query(rate("page_bytes_total"), "pages"),
        Query(rate("output_bytes_total"), "outputs"),
        unit="Bps",
    )
    yield graph(
        "Trouble",
        "Processes started again, calls to brokers that failed, rebalances, and pages that retention took unread.",
        Query(f"sum (increase(newsmill_restarts_total{{{SELECT}}}{RATE}))", "restarts"),
        Query(f"sum (increase(newsmill_transport_errors_total{{{SELECT}}}{RATE}))", "failed calls"),
        Query(f"sum (increase(newsmill_rebalances_total{{{SELECT}}}{RATE}))", "rebalances"),
        Query(f"sum (increase(newsmill_skipped_records_total{{{SELECT}}}{RATE}))", "deleted pages passed over"),
    )
    yield graph(
        "Ends of workers",
        "By cause, counted over all runs: a step is a worker that ended unasked, and the runbook says what then.",
        Query(gauge("stops_total", "sum", "cause"), "{{cause}}"),
    )
    yield graph(
        "Since the last progress",
        "Seconds since a batch came through or nothing was left; above three minutes it is an alert.",
        Query(f"time() - max by (instance) (newsmill_last_progress_timestamp_seconds{{{SELECT}}})", "{{instance}}"),
        unit="s",
    )
    yield graph(
        "Processes",
        "Those that run, of those that should.",
        Query(gauge("processes", "sum", "state"), "{{state}}"),
    )
    yield table(
        "Versions", "One line while no update is under way.", gauge("build_info", "count", "version, core_version")
    )


def _quality() -> Iterator[Panel]:
    pages, main = rate("pages_total"), rate("confidence_count")
    letters = rate("label_characters_total")
    yield stat(
        "Pages with an article", "Share.", share(rate("pages_total", more=',outcome="article"'), pages), "percentunit"
    )
    yield stat("Mean confidence", "Of main articles.", share(rate("confidence_sum"), main), "percentunit")
    low = rate("confidence_bucket", more=',le="0.5"')
    yield stat("Low confidence", "Share of main articles at or below one half.", share(low, main), "percentunit")
    body = rate("label_characters_total", more=',label=~"body|subheading|quote|embedded_body"')
    yield stat("Text kept", "Share of the pages' characters that is story.", share(body, letters), "percentunit")
    embedded = rate("articles_total", more=',part="embedded"')
    yield stat(
        "Embedded stories",
        "For each page with an article.",
        share(embedded, rate("articles_total", more=',part="main"')),
    )
    yield stat("With a warning", "Warnings for each main article.", share(rate("warnings_total"), main))
    yield heatmap(
        "Confidence", "A band that moves down: something broke.", rate("confidence_bucket", "le"), "percentunit"
    )
    yield graph(
        "Confidence",
        "The lower quarter shows a drop before the mean does.",
        *(Query(quantile(q, "confidence"), f"{q:.0%}") for q in (0.05, 0.25, 0.5)),
        unit="percentunit",
    )
    yield graph(
        "What the text is",
        "Share of the characters by label: a label that grows takes from the story.",
        Query(of_each("label_characters_total", "label", letters), "{{label}}"),
        unit="percentunit",
        stacked=True,
    )
    yield bars(
        "Missing fields",
        "Share of main articles without the field.",
        of_each("missing_fields_total", "field", main),
        "{{field}}",
    )
    yield bars(
        "Languages",
        "Share of pages with an article.",
        of_each("article_languages_total", "language", main),
        "{{language}}",
    )
    yield bars("Warnings", "Share of main articles.", of_each("warnings_total", "warning", main), "{{warning}}")
    yield graph(
        "Missing fields",
        "A step here is a change at the sources, or a new version.",
        Query(of_each("missing_fields_total", "field", main), "{{field}}"),
        unit="percentunit",
    )
    yield graph(
        "Dead letters",
        "Share of pages by reason.",
        Query(of_each("dead_letters_total", "reason", pages), "{{reason}}"),
        unit="percentunit",
    )


def _sources() -> Iterator[Panel]:
    yield text(
        "Metrics carry no host, so that a million sites cannot fill Prometheus. **Which** source it is stands on the "
        "live page of each worker (port 9464), and for every source and window in the topic `news.source-metrics`."
    )
    for health, why in (
        ("failing", "Fewer than half of their pages become an article."),
        ("worse", "Fewer or less certain articles than before."),
        ("ok", "As before."),
        ("few", "Fewer than ten pages in 15 minutes: nothing is said."),
    ):
        yield stat(health.capitalize(), why, gauge("sources", more=f',health="{health}"'))
    judged = gauge("sources", more=',health!="few"')
    yield stat(
        "Failing share",
        "Of those with enough pages.",
        share(gauge("sources", more=',health="failing"'), judged),
        "percentunit",
    )
    yield stat("Sources", "Seen in the last 15 minutes.", gauge("sources"))
    yield graph(
        "Sources by health",
        "Of the last 15 minutes.",
        Query(gauge("sources", "sum", "health"), "{{health}}"),
        stacked=True,
    )
    walls = 'reason=~"bad_status|no_article|empty|not_a_page"'
    yield graph(
        "Pages that are no story",
        "A wall, an error page or a front page instead of the article: the crawler's or the site's doing.",
        Query(rate("dead_letters_total", "reason", f",{walls}"), "{{reason}}"),
        unit="cps",
    )
    broken = 'reason=~"not_json|invalid_page|no_url|unknown_charset|undecodable|unknown_encoding|too_large|null_value"'
    yield graph(
        "Records that cannot be read",
        "The crawler writes them so.",
        Query(rate("dead_letters_total", "reason", f",{broken}"), "{{reason}}"),
        unit="cps",
    )
    yield graph(
        "Languages",
        "A language that ends: a source that ended.",
        Query(rate("article_languages_total", "language"), "{{language}}"),
        unit="cps",
    )


def _runtime() -> Iterator[Panel]:
    batches, alive = rate("batches_total"), gauge("processes", more=',state="alive"')
    yield stat("Processes", "That run.", alive)
    yield stat("Partitions", "Assigned to them.", gauge("assigned_partitions"))
    yield stat("Memory", "Of all processes, resident.", gauge("resident_bytes"), "bytes")
    yield stat("Pages a batch", "Larger batches cost less each.", share(rate("pages_total"), batches))
    yield stat(
        "Delivery",
        "Share of a batch's time in its transaction.",
        share(rate("deliver_seconds_sum"), rate("batch_seconds_sum")),
        "percentunit",
    )
    yield stat(
        "Up for", "Of the youngest worker.", f"time() - max (newsmill_started_timestamp_seconds{{{SELECT}}})", "s"
    )
    of_pages = ',stage!~"poll|deliver"'
    yield graph(
        "Where time goes",
        "Share of the processes' time by stage: what is missing to 100 % is in between, `poll` waits for pages.",
        Query(of_each("stage_seconds_total", "stage", alive), "{{stage}}"),
        unit="percentunit",
        stacked=True,
    )
    yield graph(
        "Time of a page",
        "By stage, mean.",
        Query(of_each("stage_seconds_total", "stage", rate("pages_total"), of_pages), "{{stage}}"),
        unit="s",
        stacked=True,
    )
    yield graph(
        "Slow pages",
        "The slowest hundredth and thousandth.",
        *(Query(quantile(q, "page_seconds"), f"{q:.1%}") for q in (0.99, 0.999)),
        unit="s",
    )
    yield graph(
        "Time of a batch",
        "Processing and delivery.",
        *(Query(quantile(q, "batch_seconds"), f"{q:.0%}") for q in (0.5, 0.95)),
        unit="s",
    )
    yield graph(
        "Time of a transaction",
        "What the brokers take.",
        *(Query(quantile(q, "deliver_seconds"), f"{q:.0%}") for q in (0.5, 0.95)),
        unit="s",
    )
    yield heatmap("Time of a page", "All pages.", rate("page_seconds_bucket", "le"), "s")
    yield graph("Memory", "By worker.", Query(gauge("resident_bytes", "sum", "instance"), "{{instance}}"), unit="bytes")
    yield graph(
        "In flight",
        "Bytes of pages in hand and of their outputs, not committed yet.",
        Query(gauge("in_flight_bytes", "sum", "instance"), "{{instance}}"),
        unit="bytes",
    )
    yield graph(
        "Partitions",
        "By worker; uneven for long means too few partitions.",
        Query(gauge("assigned_partitions", "sum", "instance"), "{{instance}}"),
    )
    yield graph(
        "Restarts",
        "By cause.",
        Query(f"sum by (cause) (increase(newsmill_restarts_total{{{SELECT}}}{RATE}))", "{{cause}}"),
    )
    yield graph(
        "Pages behind",
        "By partition: one that grows alone has a heavy key or a bad page.",
        Query(gauge("lag_records", "sum", "partition"), "{{partition}}"),
    )
