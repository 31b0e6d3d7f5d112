"""The supervisor of the embedded PostgreSQL: kills, stale files, simultaneous starts, who may connect."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from rongtong.hub.config import database, places
from rongtong.hub.config.database import Cluster, DatabaseError

HOLD = """
import sys
from pathlib import Path
from rongtong.hub.config.database import Cluster
with Cluster(Path(sys.argv[1]), forgetful=True).in_use():
    print("up", flush=True)
    sys.stdin.read()
"""


def ask(cluster: Cluster, statement: str) -> object:
    with psycopg.connect(cluster.url()) as connection:
        row = connection.execute(statement.encode()).fetchone()
        return row[0] if row else None


def postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def kill(processes: list[psutil.Process]) -> None:
    """End them all; a server process whose parent goes first may end by itself in between."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    assert psutil.wait_procs(processes, timeout=10)[1] == []


def first_processes(cluster: Cluster) -> set[int]:
    """The numbers of the server processes that no other server process started; short-lived ones may end meanwhile."""
    parents: dict[int, int] = {}
    for process in cluster.processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            parents[process.pid] = process.ppid()
    return {number for number, parent in parents.items() if parent not in parents}


def holder(cluster: Cluster) -> subprocess.Popen[str]:
    """Another process that uses the cluster until its input closes."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(cluster.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


def test_last_user_stops_the_server(cluster: Cluster) -> None:
    with cluster.in_use():
        with cluster.in_use():
            first = postmaster(cluster)
        assert cluster.running()
        assert postmaster(cluster) == first
    assert not cluster.running()
    assert cluster.processes() == []


def test_kept_server_stays_until_it_is_stopped(cluster: Cluster) -> None:
    cluster.start(keep=True)
    with cluster.in_use():
        pass
    assert cluster.running()
    cluster.stop()
    assert not cluster.running()
    cluster.stop()  # a second time changes nothing


def test_committed_rows_outlive_kill_9_of_every_process(short: Path) -> None:
    cluster = Cluster(short / "database")  # this one remembers
    with cluster.in_use():
        with psycopg.connect(cluster.url()) as connection:
            connection.execute("CREATE TABLE kept (word text)")
            connection.execute("INSERT INTO kept VALUES ('融通')")
        kill(cluster.processes())
        assert not cluster.alive()
        cluster.start()
        assert cluster.alive()
        assert ask(cluster, "SELECT word FROM kept") == "融通"


def test_kill_9_of_the_first_process_alone(cluster: Cluster) -> None:
    with cluster.in_use():
        before = postmaster(cluster)
        os.kill(before, signal.SIGKILL)
        cluster.start()  # at once, while its children still end
        assert postmaster(cluster) != before
        assert ask(cluster, "SELECT 1") == 1


def test_three_starts_at_once_make_one_server(cluster: Cluster) -> None:
    cluster.stop()
    command = [sys.executable, "-c", HOLD, str(cluster.root)]
    starts = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [start.stdout.readline() for start in starts if start.stdout] == ["up\n"] * 3
    assert first_processes(cluster) == {postmaster(cluster)}
    assert [start.communicate()[1] is None and start.returncode for start in starts] == [0, 0, 0]
    assert cluster.processes() == []


def test_server_of_a_killed_user_is_taken_over_and_stopped(cluster: Cluster) -> None:
    other = holder(cluster)
    first = postmaster(cluster)
    other.kill()
    other.wait()
    assert cluster.running()
    with cluster.in_use():
        assert postmaster(cluster) == first
    assert not cluster.running()


@pytest.mark.parametrize(
    "content",
    [f"{os.getpid()}\n/elsewhere\n", "1\n", "", "not a number\n"],
    ids=["a living process", "init", "empty", "no number"],
)
def test_stale_pid_file_does_not_block(cluster: Cluster, content: str) -> None:
    cluster.stop()
    (cluster.data / "postmaster.pid").write_text(content)
    lock = cluster.socket.with_name(cluster.socket.name + ".lock")
    lock.write_text(f"{os.getpid()}\n")
    with cluster.in_use():
        assert ask(cluster, "SELECT 1") == 1


def test_interrupted_first_start_is_mended(short: Path) -> None:
    cluster = Cluster(short / "database", forgetful=True)
    cluster.root.mkdir()
    (cluster.root / "data.new").mkdir()
    (cluster.root / "data.new/half").write_text("written")
    cluster = Cluster(short / "other", forgetful=True)
    with cluster.in_use(), cluster.admin() as admin:
        admin.execute("DROP DATABASE rongtong")  # as if the first start had ended before it was made
    with cluster.in_use():
        assert (
            ask(
                cluster, "SELECT count(*) FROM pg_extension WHERE extname = ANY('{btree_gist,pg_trgm,unaccent,vector}')"
            )
            == 4
        )


def test_only_its_owner_reaches_the_server(cluster: Cluster) -> None:
    with cluster.in_use():
        modes = [
            stat.S_IMODE(path.stat().st_mode) for path in (cluster.root, cluster.sockets, cluster.data, cluster.socket)
        ]
        assert modes == [0o700] * 4
        server = psutil.Process(postmaster(cluster))
        assert server.net_connections(kind="inet") == []
        assert server.username() != "root"


def test_other_system_users_are_turned_away(cluster: Cluster, as_root: None) -> None:
    with cluster.in_use():
        psql = ["/bin/ls", str(cluster.sockets)]
        assert (
            subprocess.run(psql, user="nobody", group="nogroup", extra_groups=[], capture_output=True).returncode != 0
        )
        for path in (cluster.root, cluster.sockets, cluster.socket):
            path.chmod(0o777)  # even with the door open, the server asks who it is
        try:
            client = [str(cluster.binaries / "psql"), "-h", str(cluster.sockets), "-U", "rongtong", "-c", "SELECT 1"]
            done = subprocess.run(
                client, user="nobody", group="nogroup", extra_groups=[], capture_output=True, text=True
            )
        finally:
            for path in (cluster.root, cluster.sockets, cluster.socket):
                path.chmod(0o700)
        assert done.returncode == 2
        assert "Peer authentication failed" in done.stderr


def test_role_of_the_hub_is_no_superuser_and_chinese_has_trigrams(cluster: Cluster) -> None:
    with cluster.in_use():
        assert ask(cluster, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert ask(cluster, "SELECT cardinality(show_trgm('减速机'))") == 4


def test_too_long_a_socket_path_is_refused(short: Path) -> None:
    long = Cluster(short / ("x" * 100))
    with pytest.raises(DatabaseError, match=r"longer than the 107 bytes.*RONGTONG_HOME"):
        long.start()
    assert not long.root.exists()


def test_data_of_another_version_is_refused(short: Path) -> None:
    cluster = Cluster(short / "database")
    cluster.data.mkdir(parents=True)
    (cluster.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(DatabaseError, match="made by PostgreSQL 17, this is 18"):
        cluster.start()


def test_a_directory_that_was_there_keeps_its_mode(short: Path) -> None:
    short.chmod(0o751)
    with Cluster(short / "database", forgetful=True).in_use():
        pass
    assert stat.S_IMODE(short.stat().st_mode) == 0o751


def test_a_place_the_server_cannot_enter_is_refused(short: Path, as_root: None) -> None:
    short.chmod(0o700)
    with pytest.raises(DatabaseError, match=r"cannot enter.*RONGTONG_HOME"):
        Cluster(short / "database").start()


def test_programs_are_copied_when_the_package_is_closed(
    short: Path, monkeypatch: pytest.MonkeyPatch, as_root: None
) -> None:
    monkeypatch.setenv("RONGTONG_HOME", str(short))
    identity = places.service_identity()
    runs = database._runs
    package = database.readable_binaries(identity)
    monkeypatch.setattr(database, "_runs", lambda programs, who: programs != package and runs(programs, who))
    copy = database.readable_binaries(identity)
    assert short in copy.parents
    assert database.readable_binaries(identity) == copy
    cluster = Cluster(short / "database", forgetful=True)
    with cluster.in_use():
        assert ask(cluster, "SELECT 1") == 1
        assert psutil.Process(postmaster(cluster)).exe() == str(copy / "postgres")
