"""All settings, from the environment: `NEWSMILL_*`, nested with `__`; a secret also as a file (`…_FILE`).

The only module that reads the environment. `Settings()` raises pydantic.ValidationError; `load()` turns it into one
readable SettingsError that names each variable, its value (secrets hidden) and what would be right.
"""

import os
import socket
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from worker.processors import usable_processors

PREFIX: Final = "NEWSMILL_"
DEFAULT_BROKER: Final = "127.0.0.1:19092"
"""Where `newsmill broker` answers unless told otherwise."""

Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Kafka(_Group):
    """How to reach the brokers, and how the consumer and the producer behave."""

    bootstrap_servers: str = DEFAULT_BROKER
    group_id: str = "newsmill"
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] | None = None
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    sasl_password_file: Path | None = None
    """Holds `sasl_password`; read once, at the start."""
    sasl_oauth_token: SecretStr | None = None
    """A bearer token; with `…_FILE` the file is read anew for each connection, so that it can be renewed."""
    sasl_oauth_token_file: Path | None = None
    ssl_cafile: Path | None = None
    ssl_certfile: Path | None = None
    ssl_keyfile: Path | None = None
    ssl_password: SecretStr | None = None
    ssl_password_file: Path | None = None
    ssl_check_hostname: bool = True
    session_timeout_seconds: Seconds = 45.0
    max_poll_interval_seconds: Seconds = 300.0
    request_timeout_seconds: Seconds = 30.0
    transaction_timeout_seconds: Seconds = 60.0
    """An abandoned transaction holds read_committed readers back for this long."""
    outage_seconds: Seconds = 900.0
    """How long the worker keeps trying while brokers are away, before it gives up (exit code 1)."""
    max_message_bytes: Count = 24_000_000
    """The largest record that is written, before compression; the topics must take as much once it is compressed."""
    compression: Literal["zstd", "lz4", "gzip"] | None = "zstd"
    """Of what is written."""
    auto_offset_reset: Literal["earliest", "latest", "none"] = "earliest"
    """Where a group without committed offsets starts."""
    on_offsets_gone: Literal["stop", "earliest", "latest"] = "stop"
    """What to do when committed offsets were deleted by retention: stop (default), or go on from there."""

    @model_validator(mode="after")
    def _sasl_is_whole(self) -> "Kafka":
        if self.security_protocol.startswith("SASL") and self.sasl_mechanism is None:
            raise ValueError(f"security_protocol {self.security_protocol} needs NEWSMILL_KAFKA__SASL_MECHANISM")
        return self


TopicName = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,249}$")]


class Topics(_Group):
    """Names of the topics."""

    pages: TopicName = "news.pages"
    articles: TopicName = "news.articles"
    metrics: TopicName = "news.metrics"
    dead_letters: TopicName = "news.dead-letters"
    source_metrics: TopicName = "news.source-metrics"
    site_profiles: TopicName = "news.site-profiles"

    @model_validator(mode="after")
    def _all_different(self) -> "Topics":
        names = list(self.model_dump().values())
        if len(set(names)) != len(names):
            raise ValueError("expected six different topic names")
        return self


class Worker(_Group):
    """The supervisor and its consumer processes."""

    processes: Annotated[int, Field(ge=1, le=256)] = Field(default_factory=usable_processors)
    batch_pages: Count = 500
    """Pages in one transaction, at most."""
    batch_bytes: Count = 16_000_000
    """Bytes of input in one transaction, at most (one page more when it alone is larger)."""
    batch_seconds: Seconds = 5.0
    """Time after which a batch is delivered though more pages wait; well below the transaction timeout."""
    linger_seconds: Annotated[float, Field(ge=0)] = 0.1
    """How long a poll waits for a first page."""
    stop_seconds: Seconds = 25.0
    """How long a graceful stop may take before processes are killed."""
    call_seconds: Seconds = 60.0
    """A Kafka call without a timeout of its own that takes longer ends the process; the supervisor starts it again."""
    restart_backoff_seconds: Seconds = 0.5
    restart_backoff_max_seconds: Seconds = 30.0
    restarts_in_a_row: Count = 10
    """Restarts of one process without a delivered batch in between, before the worker gives up."""
    test_hook: bool = False
    """For tests alone: pages with a header `newsmill-test-hook` may end, hang or bloat their process."""
    stop_when_idle_seconds: Seconds | None = None
    """End cleanly when nothing came for so long; `--stop-when-idle`."""


class Articles(_Group):
    """What the paragraphs of articles also say, where they come from html."""

    structure: bool = False
    """Places in lists and tables, and of images; each of the others brings it too."""
    links: bool = False
    formatting: bool = False
    """Strong, emphasised and code."""


class Rollup(_Group):
    """The second consumer, which sums up the page metrics of each source."""

    window_seconds: Count = 300


class Profiles(_Group):
    """Site profiles: what the pages of a host have in common. Off until asked for."""

    collect: bool = False
    """Whether the worker notes in each page's metrics what profiles are made of."""
    use: bool = False
    """Whether the worker reads the profiles and gives each page that of its host."""
    hosts: Count = 2000
    """Hosts with a profile: of those without a page for the longest time, the rest is forgotten."""
    window_seconds: Count = 300
    """How often the profiler writes what changed."""


class Limits(_Group):
    """What one page may cost, and how many bad ones are too many."""

    page_bytes: Count = 20_000_000
    """Of a page's content, also after decompression."""
    page_seconds: Seconds = 30.0
    page_memory_bytes: Count = 2_000_000_000
    """Address space a consumer process may grow by for one page."""
    page_tries: Count = 2
    """Times a page that kills its process is tried before it becomes a dead letter."""
    bad_in_a_row: Count = 200
    """Dead letters in a row with reason `bug`, `crashed`, `time_limit` or `memory_limit` that stop the worker."""
    bad_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of dead letters of any reason among the last `bad_window` pages that stops the worker; 1.0 never does."""
    bad_window: Count = 1000


_ALL: Final = "0.0.0.0"  # noqa: S104 - in a container the port is published by whoever runs it


class Http(_Group):
    """Metrics, health and the live page."""

    port: Annotated[int, Field(ge=0, le=65535)] = 9464
    """0 takes a free port."""
    host: str = Field(default_factory=lambda: _ALL if in_container() else "127.0.0.1")
    live_page: bool = True
    linger_seconds: Annotated[float, Field(ge=0)] = 30.0
    """How long the metrics stay after a fault has ended the worker: twice what lies between two scrapes."""


class Log(_Group):
    """How the worker logs."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "text"] = "auto"
    """auto: readable in a terminal, JSON elsewhere."""


def _traces_are_wanted(data: dict[str, Any]) -> bool:
    standard = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return not disabled and bool(data.get("endpoint") or any(os.environ.get(name) for name in standard))


class Otel(_Group):
    """Traces, by OTLP over http, with the extra `otel`."""

    endpoint: Annotated[str, Field(pattern=r"^https?://[^/]")] | None = None
    """The collector's address, without `/v1/traces`; where it is not set, the standard OTEL_EXPORTER_OTLP_ENDPOINT."""
    enabled: bool = Field(default_factory=_traces_are_wanted)
    """On when there is an endpoint."""
    page_share: Annotated[float, Field(ge=0, le=1)] = 0.01
    """Share of the pages without a `traceparent` that get a span; those with one are as it says."""


class Settings(BaseSettings):
    """Every setting with its default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="ignore", frozen=True, env_ignore_empty=True
    )

    instance: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,128}$")] = Field(default_factory=socket.gethostname)
    """The same after a restart (the pod's name): transactional ids come from it."""
    kafka: Kafka = Kafka()
    topics: Topics = Topics()
    worker: Worker = Field(default_factory=Worker)
    limits: Limits = Limits()
    articles: Articles = Articles()
    rollup: Rollup = Rollup()
    profiles: Profiles = Profiles()
    http: Http = Field(default_factory=Http)
    log: Log = Log()
    otel: Otel = Field(default_factory=Otel)


class SettingsError(Exception):
    """The environment does not make valid settings; the message names each wrong variable."""


def load(**overrides: Any) -> Settings:  # noqa: ANN401 - groups by name, as pydantic takes them
    """Settings from the environment, `overrides` (groups as dicts) on top. Raises SettingsError."""
    _refuse_unknown()
    try:
        return Settings(**_with_secret_files(overrides))
    except ValidationError as error:
        raise SettingsError("\n".join(_line(item) for item in error.errors())) from None


def in_container() -> bool:
    """Whether this process runs in a container (Docker, Podman, Kubernetes)."""
    return (
        Path("/.dockerenv").exists() or Path("/run/.containerenv").exists() or "KUBERNETES_SERVICE_HOST" in os.environ
    )


_FILED: Final = ("sasl_password", "ssl_password")
"""Secrets that are read once from a file."""
_SECRETS: Final = frozenset({"sasl_password", "sasl_oauth_token", "ssl_password"})


def _with_secret_files(overrides: dict[str, Any]) -> dict[str, Any]:
    kafka = dict(overrides.get("kafka", {}))
    for name in _FILED:
        path = os.environ.get(f"{PREFIX}KAFKA__{name.upper()}_FILE")
        if path:
            try:
                kafka[name] = Path(path).read_text("utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{PREFIX}KAFKA__{name.upper()}_FILE={path}: {error.strerror}") from None
    return {**overrides, "kafka": kafka} if kafka else overrides


def _refuse_unknown() -> None:
    """A misspelt variable must not be silently ignored."""
    known = {f"{PREFIX}INSTANCE"}
    for group, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            known |= {f"{PREFIX}{group.upper()}__{name.upper()}" for name in kind.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name.upper() not in known)
    if unknown:
        lines = (f"{name}: no such setting; did you mean {_nearest(name, known)}?" for name in unknown)
        raise SettingsError("\n".join(lines))


def _nearest(name: str, known: set[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way out with an error

    return (get_close_matches(name, known, 1, 0) or [""])[0]


def _line(item: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    path = [str(part) for part in item["loc"]]
    variable = PREFIX + "__".join(part.upper() for part in path)
    value = "(hidden)" if path and path[-1] in _SECRETS else repr(item.get("input"))
    if isinstance(item.get("input"), dict):
        return f"{variable}: {item['msg']}"
    return f"{variable}={value}: {item['msg']}"
