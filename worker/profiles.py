"""Site profiles at hand, by host: read from a file or a topic, given to the core with each page of the host."""

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from schemas.codec import decode
from schemas.site_profile import SiteProfile
from worker.core.text.shared import trimmed

DEFAULT_HOSTS: Final = 2_000


class NoProfiles(Exception):  # noqa: N818 - what is wrong is what was asked for
    """The file holds something else, or cannot be read; the message names it and the line."""


class Profiles:
    """The newest profile of each host, of so many hosts at most: the ones asked for longest ago make room."""

    def __init__(self, hosts: int = DEFAULT_HOSTS, of_each: Callable[[SiteProfile], SiteProfile] = trimmed) -> None:
        """`of_each` says what is kept of a profile: all that the core needs, which is a fifth of it."""
        self._hosts = hosts
        self._of_each = of_each
        self._by_host: OrderedDict[str, SiteProfile] = OrderedDict()

    def __len__(self) -> int:
        return len(self._by_host)

    def of(self, host: str) -> SiteProfile | None:
        """The host's profile, if there is one."""
        profile = self._by_host.get(host)
        if profile is not None:
            self._by_host.move_to_end(host)
        return profile

    def put(self, profile: SiteProfile) -> None:
        """Keep a profile in the place of an older one of its host; one that is older than what is kept is dropped."""
        known = self._by_host.get(profile.host)
        if known is None or profile.version >= known.version:
            self._by_host[profile.host] = self._of_each(profile)
        self._by_host.move_to_end(profile.host)
        if len(self._by_host) > self._hosts:
            self._by_host.popitem(last=False)

    def take(self, key: bytes | None, value: bytes | None) -> None:
        """What a record of the topic of profiles says: a host's newest profile, or that it has none any more.

        Raises pydantic.ValidationError for a value that is no profile.
        """
        if value is None:
            self.drop((key or b"").decode("utf-8", "replace"))
        else:
            self.put(decode(SiteProfile, value))

    def drop(self, host: str) -> None:
        """Forget a host."""
        self._by_host.pop(host, None)


def read_profiles(path: Path) -> Profiles:
    """The profiles of a file that `newsmill profile` wrote, one a line. Raises NoProfiles."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise NoProfiles(f"{path}: {error.strerror}") from None
    profiles = Profiles(max(DEFAULT_HOSTS, len(lines)))
    for number, line in enumerate(lines, 1):
        try:
            profiles.put(decode(SiteProfile, line))
        except ValidationError:
            raise NoProfiles(f"{path}:{number}: no site profile") from None
    return profiles
