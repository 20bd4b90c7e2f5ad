"""The systemd unit: accepted by systemd itself, hardened, and in agreement with the settings."""

import re
import subprocess

from tests.kit.tools import program
from worker.child import FINAL
from worker.paths import state_dir
from worker.settings import Worker


def test_systemd_accepts_the_unit(deploy, tmp_path):
    unit = tmp_path / "newsmill.service"
    unit.write_text(
        (deploy / "systemd" / "newsmill.service").read_text().replace("/opt/newsmill/bin/newsmill", "/bin/true")
    )
    done = subprocess.run([program("systemd-analyze"), "verify", unit], capture_output=True, text=True, check=False)
    about_the_unit = [line for line in done.stderr.splitlines() if "newsmill" in line]
    assert (done.returncode, about_the_unit) == (0, [])


def test_the_unit_is_hardened(deploy):
    """Systemd's own measure: 10 is open to everything; below 2 is better than anything that a distribution ships."""
    unit = deploy / "systemd" / "newsmill.service"
    command = [program("systemd-analyze"), "security", "--offline=true", "--threshold=20", unit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_graceful_stop_fits_into_the_time_limit(deploy):
    text = (deploy / "systemd" / "newsmill.service").read_text()
    (limit,) = re.findall(r"(?m)^TimeoutStopSec=(\d+)s$", text)
    assert float(limit) >= Worker().stop_seconds + 10


def test_what_does_not_mend_itself_is_not_started_again(deploy):
    text = (deploy / "systemd" / "newsmill.service").read_text()
    (codes,) = re.findall(r"(?m)^RestartPreventExitStatus=(.*)$", text)
    assert {int(code) for code in codes.split()} == FINAL


def test_the_unit_keeps_its_state_where_it_may_write(deploy, monkeypatch):
    text = (deploy / "systemd" / "newsmill.service").read_text()
    (folder,) = re.findall(r"(?m)^StateDirectory=(.*)$", text)
    (home,) = re.findall(r"(?m)^Environment=XDG_STATE_HOME=(.*)$", text)
    monkeypatch.setenv("XDG_STATE_HOME", home.replace("%S", "/var/lib"))
    assert str(state_dir()) == f"/var/lib/{folder}"
