"""What a process notes about itself is there after it, for its supervisor and for the next one."""

import multiprocessing
import subprocess
import time

from schemas.reasons import Reason
from worker.ends import NEVER, Cause
from worker.journal import Doing, Journal, Notebook, Suspect, Suspects

PAGE = (2, 17, 1_700_000_000_000)


def hold(journal: Journal, suspects: Suspects) -> None:
    assert suspects.all() == {}
    journal.page_begins(*PAGE)


def test_a_spawned_process_writes_what_the_supervisor_reads(tmp_path):
    notebook = Notebook(2, tmp_path / "worker")
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=hold, args=(notebook.journals[1], notebook.suspects))
    process.start()
    process.join(60)
    assert process.exitcode == 0
    note = notebook.journals[1].read()
    assert (note.doing, note.partition, note.offset, note.timestamp_ms) == (Doing.PAGE, *PAGE)
    assert notebook.journals[0].read().doing is Doing.RESTING


def test_the_next_supervisor_finds_the_page_in_hand_and_the_suspects(tmp_path):
    first = Notebook(2, tmp_path / "state" / "worker")
    first.suspects.accuse((0, 3, 5), Reason.TIME_LIMIT)
    first.journals[1].page_begins(*PAGE)
    second = Notebook(1, tmp_path / "state" / "worker")
    assert second.left_in_hand == [PAGE]
    assert second.suspects.all() == {(0, 3, 5): Suspect(1, Reason.TIME_LIMIT)}
    first.suspects.accuse((0, 4, 5), Reason.CRASHED)  # what is left of it writes into its own
    assert len(second.suspects.all()) == 1


def test_tries_count_up_and_another_page_at_the_same_offset_is_another_page(tmp_path):
    suspects = Notebook(1, tmp_path / "worker").suspects
    assert [suspects.accuse(PAGE, Reason.CRASHED) for _ in range(3)] == [1, 2, 3]
    assert suspects.accuse((*PAGE[:2], PAGE[2] + 1), Reason.CRASHED) == 1


def test_the_oldest_suspect_is_forgotten_for_a_new_one():
    suspects = Suspects()
    for offset in range(300):
        suspects.accuse((0, offset, -1), Reason.CRASHED)
    assert sorted(offset for _, offset, _ in suspects.all()) == [*range(44, 300)]


def test_what_another_layout_or_nobody_kept_is_not_read(tmp_path):
    path = tmp_path / "worker"
    path.write_bytes(b"\xff" * 1001)
    notebook = Notebook(1, path)
    assert (notebook.left_in_hand, notebook.suspects.all()) == ([], {})


def test_nothing_is_kept_after_a_clean_end_without_suspects(tmp_path):
    path = tmp_path / "worker"
    Notebook(1, path).close()
    assert not path.exists()
    notebook = Notebook(1, path)
    notebook.suspects.accuse(PAGE, Reason.CRASHED)
    notebook.close()
    assert path.exists()


def test_time_in_which_nobody_could_look_is_not_idle_time():
    """Nothing comes while brokers are away, either."""
    journal = Journal()
    journal.idle(drained=True)
    time.sleep(0.01)
    note = journal.read()
    assert 0 < note.idle_since_ns == note.idle_seen_ns
    journal.idle(drained=True)
    note = journal.read()
    assert note.idle_seen_ns - note.idle_since_ns >= 10_000_000
    journal.idle(drained=False)
    assert journal.read().idle_since_ns == 0


def test_ends_are_counted_over_runs(tmp_path):
    path = tmp_path / "worker"
    began = int(time.time())
    for run in (1, 2):
        notebook = Notebook(1, path)
        notebook.ends.begin()
        notebook.ends.count(Cause.REFUSED)
        ended = notebook.ends.all()[Cause.REFUSED]
        assert ended.times == run
        assert began <= ended.last <= time.time()
        notebook.close()
    assert Notebook(1, path).ends.all() == {**NEVER, Cause.REFUSED: ended}


def test_a_run_that_came_to_no_end_was_killed(tmp_path):
    """As one that runs out of memory in a container, where every run has the same number."""
    path = tmp_path / "worker"
    Notebook(1, path).ends.begin()
    second = Notebook(1, path)
    assert second.ends.all() == NEVER
    second.ends.begin()
    assert second.ends.all()[Cause.KILLED].times == 1
    second.close()
    third = Notebook(1, path)
    third.ends.begin()
    assert third.ends.all()[Cause.KILLED].times == 1


def test_a_predecessor_that_still_runs_was_not_killed(tmp_path):
    path = tmp_path / "worker"
    notebook = Notebook(1, path)
    with subprocess.Popen(["sleep", "60"]) as other:
        notebook.ends._words[0] = other.pid  # noqa: SLF001 - as begun by another process
        Notebook(1, path).ends.begin()
        assert Notebook(1, path).ends.all() == NEVER
        notebook.ends._words[0] = other.pid  # noqa: SLF001 - into its own, which nobody reads any more
        other.kill()
