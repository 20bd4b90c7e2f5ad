"""`newsmill profile`: profiles from files, which `newsmill extract` and `process` give to the core."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from schemas.codec import decode
from schemas.site_profile import SiteProfile
from tests.kit.site import HOST, SUBJECTS, text_of, url_of
from worker.core.text.shared import known_of
from worker.profiles import NoProfiles, Profiles, read_profiles

NEWSMILL = str(Path(sys.executable).parent / "newsmill")


def page(subject: str) -> bytes:
    return orjson.dumps({"url": url_of(subject), "text": text_of(subject)})


def run(*arguments: object, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([NEWSMILL, *map(str, arguments)], input=given, capture_output=True, check=False)


@pytest.fixture(scope="module")
def profiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("profiles")
    pages = folder / "pages.jsonl"
    again = page(SUBJECTS[0])
    pages.write_bytes(
        b"\n".join([*map(page, SUBJECTS[:-1]), again, b'{"url": "https://a.example/", "text": ""}', b"{"])
    )
    done = run("profile", pages, "--out", folder / "profiles.jsonl")
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().startswith("1 profiles")
    return folder / "profiles.jsonl"


def test_each_host_with_stories_has_a_profile_that_counts_them_once(profiles: Path) -> None:
    (line,) = profiles.read_bytes().splitlines()
    profile = decode(SiteProfile, line)
    assert (profile.host, profile.pages, profile.version) == (HOST, len(SUBJECTS) - 1, len(SUBJECTS) - 1)
    assert len(known_of(profile))


def test_extract_gives_it_to_the_pages_of_the_host(profiles: Path) -> None:
    given = page(SUBJECTS[-1]) + b"\n" + orjson.dumps({"url": "https://other.example/1", "text": text_of("dam")})
    with_, without = (
        [orjson.loads(line) for line in run("extract", *more, given=given).stdout.splitlines()]
        for more in (["--profiles", profiles], [])
    )
    assert with_[1] == without[1]
    assert len(with_[0]["body"]) <= len(without[0]["body"])
    assert with_[0]["outcome"] == "article"


def test_process_names_the_version(profiles: Path, tmp_path: Path) -> None:
    (tmp_path / "page.jsonl").write_bytes(page(SUBJECTS[-1]))
    arguments = ("process", tmp_path / "page.jsonl", "--processes", 1, "--out", tmp_path / "out")
    done = run(*arguments, "--profiles", profiles)
    assert done.returncode == 0, done.stderr
    (article,) = (tmp_path / "out" / "articles.jsonl").read_bytes().splitlines()
    assert orjson.loads(article)["profile_version"] == len(SUBJECTS) - 1
    assert run(*arguments).returncode == 2, "the folder holds the results with profiles"


@pytest.mark.parametrize("command", [["extract"], ["process", "page.jsonl", "--out", "out"]])
def test_a_file_that_holds_no_profiles_is_wrong_use(command: list[str], tmp_path: Path) -> None:
    path = tmp_path / "profiles.jsonl"
    path.write_bytes(b'{"host": "a.example"}\n')
    (tmp_path / "page.jsonl").write_bytes(page("pier"))
    arguments = [tmp_path / word if word in {"page.jsonl", "out"} else word for word in command]
    done = run(*arguments, "--profiles", path)
    assert done.returncode == 2
    assert f"{path}:1: no site profile" in done.stderr.decode()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoProfiles, match=r"nothing\.jsonl: No such file"):
        read_profiles(tmp_path / "nothing.jsonl")


def profile(host: str, version: int) -> SiteProfile:
    return SiteProfile(host=host, version=version, pages=1, prints=b"", seen=b"")


def test_the_newest_version_of_each_host_is_kept_and_hosts_are_bounded() -> None:
    profiles = Profiles(2)
    for host, version in (("a", 1), ("a", 3), ("a", 2), ("b", 1)):
        profiles.put(profile(host, version))
    assert [p.version for host in "ab" if (p := profiles.of(host))] == [3, 1]
    profiles.of("a")
    profiles.put(profile("c", 1))
    assert [host for host in "abc" if profiles.of(host)] == ["a", "c"]
    assert len(profiles) == 2
