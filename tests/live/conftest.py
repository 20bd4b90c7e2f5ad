"""A real Chromium, driven through the W3C WebDriver protocol with nothing but the standard library."""

import base64
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.tools import program

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
)


class Browser:
    """One session of a chromedriver."""

    def __init__(self, driver: str) -> None:
        self._driver = driver
        options = {"args": list(FLAGS)}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        self._session = f"/session/{self._post('/session', capabilities={'alwaysMatch': wanted})['sessionId']}"

    def open(self, url: str) -> None:
        self._post(f"{self._session}/url", url=url)

    def run(self, script: str, *arguments: Any) -> Any:
        """What the script returns."""
        return self._post(f"{self._session}/execute/sync", script=script, args=list(arguments))

    def wait(self, script: str, seconds: float = 15.0) -> Any:
        """The first true value that the script returns."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = self.run(script)
            if value:
                return value
            time.sleep(0.1)
        raise TimeoutError(f"not within {seconds} s: {script}")

    def look(self, width: int, height: int, scheme: str) -> None:
        """The size of the window, and the colour scheme that the reader prefers."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self._devtools("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._devtools("Emulation.setEmulatedMedia", {"features": features})

    def screenshot(self, path: Path) -> None:
        """The whole page, to its end."""
        shot = self._devtools("Page.captureScreenshot", {"captureBeyondViewport": True})
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def complaints(self) -> list[str]:
        """What the console has said since the last time."""
        return [entry["message"] for entry in self._post(f"{self._session}/se/log", type="browser")]

    def close(self) -> None:
        self._ask("DELETE", self._session)

    def _devtools(self, command: str, parameters: dict[str, Any]) -> Any:
        return self._post(f"{self._session}/goog/cdp/execute", cmd=command, params=parameters)

    def _post(self, path: str, **body: Any) -> Any:
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._driver + path, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310 - localhost
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - localhost
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()[:500]) from None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    driver_program = [program(name) for name in ("chromium", "chromedriver")][1]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [driver_program, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as driver:
        try:
            browser = started(f"http://127.0.0.1:{port}")
            yield browser
            browser.close()
        finally:
            driver.terminate()


def started(driver: str) -> Browser:
    end = time.monotonic() + 20
    while True:
        try:
            return Browser(driver)
        except urllib.error.URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots are kept."""
    return Path(__file__).parents[2] / "var" / "screenshots"
