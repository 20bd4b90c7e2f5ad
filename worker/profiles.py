"""Site profiles at hand, by host: read from a file or a topic, given to the core with each page of the host."""

from collections import OrderedDict
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from schemas.codec import decode
from schemas.site_profile import SiteProfile

DEFAULT_HOSTS: Final = 10_000


class NoProfiles(Exception):  # noqa: N818 - what is wrong is what was asked for
    """The file holds something else, or cannot be read; the message names it and the line."""


class Profiles:
    """The newest profile of each host, of so many hosts at most: the ones asked for longest ago make room."""

    def __init__(self, hosts: int = DEFAULT_HOSTS) -> None:
        self._hosts = hosts
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
            self._by_host[profile.host] = profile
        self._by_host.move_to_end(profile.host)
        if len(self._by_host) > self._hosts:
            self._by_host.popitem(last=False)


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
