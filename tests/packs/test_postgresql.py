"""PostgreSQL: a real server that the test starts, and a connection string that nobody gets to see."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.packs.pack_worlds import tables, write

from borderops.cli import main
from borderops.exceptions import FileProblem
from borderops.packs.columns import NOTICE
from borderops.packs.folder import PackFolder
from borderops.packs.postgres import VARIABLE, filled, require_free_schema, why_not, write_database
from borderops.packs.writing import DATABASE, observed_parts

PASSWORD = "not-to-be-seen"
WORDS = (
    "size=1k", "formats=postgresql", "arrivals.stations=[yuma]", "window.start=2018-05-14", "window.end=2018-05-18",
    "study.season_start=null", "study.season_end=null", "study.is_hindcast=false",
)  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[str]:
    """A server of its own on a free port; skipped where PostgreSQL or its driver is not installed."""
    pytest.importorskip("adbc_driver_postgresql")
    programs = {name: shutil.which(name) for name in ("initdb", "pg_ctl")}
    if not all(programs.values()):
        pytest.skip("PostgreSQL is not installed")
    import tempfile

    home = Path(tempfile.mkdtemp(prefix="borderops-pg-"))  # where a role other than root may go
    secret = home / "password"
    secret.write_text(PASSWORD)
    (home / "data").mkdir()
    as_role = {}
    if os.getuid() == 0:  # the server refuses to run as root
        for path in (home, secret, home / "data"):
            shutil.chown(path, "postgres")
        as_role = {"user": "postgres"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, quiet = str(home / "data"), {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"} | as_role
    subprocess.run(
        [programs["initdb"], "-D", data, "-U", "tester", "-A", "scram-sha-256", f"--pwfile={secret}"], **quiet
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=off"
    subprocess.run([programs["pg_ctl"], "-D", data, "-w", "-l", str(home / "log"), "-o", options, "start"], **quiet)
    yield f"postgresql://tester:{PASSWORD}@127.0.0.1:{port}/postgres"
    subprocess.run([programs["pg_ctl"], "-D", data, "-m", "immediate", "stop"], **quiet)
    shutil.rmtree(home, ignore_errors=True)


def fetched(server: str, query: str):
    """Rows of a query as an Arrow table."""
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(server) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetch_arrow_table()


def test_a_pack_goes_into_a_schema_of_its_own(server, tmp_path, monkeypatch):
    """Each observed table row for row, with the notice; nothing of the answer key, and no word of it in the folder."""
    monkeypatch.setenv(VARIABLE, server)
    folder = write(tmp_path / "pack", formats=("parquet", DATABASE))
    assert write_database("borderops-test", observed_parts(folder)) == "borderops_test"
    found = fetched(server, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'borderops_test'")
    assert sorted(found["table_name"].to_pylist()) == sorted([*tables(folder), "about_this_data"])
    assert fetched(server, "SELECT notice FROM borderops_test.about_this_data")["notice"].to_pylist() == [NOTICE]
    for name in tables(folder):
        meant = pq.read_table(folder / "observed" / "parquet" / f"{name}.parquet").to_pandas()
        table = fetched(server, f'SELECT * FROM borderops_test."{name}" ORDER BY rec_id').to_pandas()
        assert table.astype(meant.dtypes.to_dict()).equals(meant), name
    texts = [path.read_bytes() for path in folder.rglob("*") if path.suffix in (".json", ".md", ".sql")]
    assert not any(PASSWORD.encode() in text or b"postgresql" in text for text in texts)
    with pytest.raises(FileProblem, match="has a schema borderops_test already"):
        require_free_schema("borderops-test")


def test_the_command_says_where_and_never_how(server, tmp_path, monkeypatch, capsys):
    """The schema is named; a second pack of the name is refused before anything is played."""
    monkeypatch.setenv(VARIABLE, server)
    assert main(["dataset", f"into={tmp_path / 'one'}", *WORDS]) == 0
    told = capsys.readouterr()
    schema = "borderops_policy_season_1k_2018_1"
    assert f"also in the database of {VARIABLE}, schema {schema}" in told.out
    assert main(["dataset", f"into={tmp_path / 'two'}", *WORDS]) == 2
    again = capsys.readouterr()
    assert f"has a schema {schema} already" in again.err and "playing" not in again.err
    assert all(PASSWORD not in text for text in (told.out, told.err, again.out, again.err))


@pytest.mark.parametrize("change", [
    ("tester:", "stranger:"), (PASSWORD, f"wrong-{PASSWORD}"), ("/postgres", "/nowhere"), ("127.0.0.1:", "127.0.0.1:1"),
])  # fmt: skip
def test_errors_repeat_nothing_that_the_driver_says(server, monkeypatch, change):
    """A wrong role, password, database or port: a sentence, and no part of the string."""
    head, rest = server.split("//")
    monkeypatch.setenv(VARIABLE, f"{head}//{rest.replace(*change)}")
    with pytest.raises(FileProblem) as problem:
        require_free_schema("borderops-test")
    told = str(problem.value)
    assert "it cannot be reached, or it refuses the role, the password or the database" in told
    assert not any(word in told for word in (PASSWORD, "tester", "stranger", "127.0.0.1", "nowhere"))
    assert problem.value.__cause__ is None and problem.value.__suppress_context__


def test_a_role_without_rights_is_told(server, monkeypatch):
    """May come in, may make no schema: the code of the error and what it means."""
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(server, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
    monkeypatch.setenv(VARIABLE, server.replace("tester", "reader"))
    with pytest.raises(FileProblem) as problem:
        write_database("not-allowed", [])
    assert "(error 42501): the role may not make a schema there; nothing was kept" in str(problem.value)


def test_a_table_that_fails_leaves_nothing(server, tmp_path, monkeypatch):
    """Cut off in the middle: neither schema nor tables are there."""
    from borderops.packs import postgres

    def broken(sheet):
        if sheet.name == "earm_case":
            raise KeyboardInterrupt
        return f'CREATE TABLE "{sheet.name}" (rec_id BIGINT)'

    monkeypatch.setenv(VARIABLE, server)
    monkeypatch.setattr(postgres, "create_table", broken)
    from borderops.packs.columns import observed_sheets

    with pytest.raises(KeyboardInterrupt):
        postgres.write_database("cut-off", ((sheet, []) for sheet in observed_sheets().values()))
    found = fetched(server, "SELECT schema_name FROM information_schema.schemata WHERE schema_name = 'cut_off'")
    assert found.num_rows == 0


def schemas(server: str, name: str) -> int:
    """How many schemas of a name there are."""
    return fetched(server, f"SELECT schema_name FROM information_schema.schemata WHERE schema_name = '{name}'").num_rows


def test_folder_and_database_stand_or_fall_together(server, tmp_path, monkeypatch):
    """Kept when the folder has its name and is whole; a place that was taken meanwhile keeps neither."""
    monkeypatch.setenv(VARIABLE, server)
    for taken in (False, True):
        name, into = f"together-{taken}".lower(), tmp_path / f"pack-{taken}"
        seen = []
        try:
            with PackFolder(into) as folder:
                (folder.building / "manifest.json").write_text("{}")
                with filled(name, []) as keep:
                    if taken:
                        (into / "thesis").mkdir(parents=True)

                    def kept(keep=keep, into=into, seen=seen):
                        seen.append(sorted(path.name for path in into.iterdir()))
                        keep()

                    folder.finish(kept)
        except FileProblem as problem:
            assert taken and "holds something already" in str(problem)
        assert schemas(server, name.replace("-", "_")) == (0 if taken else 1)
        assert seen == ([] if taken else [["manifest.json"]])
        assert [path.name for path in into.iterdir()] == (["thesis"] if taken else ["manifest.json"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pack-False", "pack-True"]


def test_a_server_that_goes_away_at_the_last_moment_leaves_no_folder(server, tmp_path, monkeypatch):
    """Its session ended before the tables are kept: it is told where to look, and nothing looks like a pack."""
    from adbc_driver_postgresql import dbapi

    monkeypatch.setenv(VARIABLE, server)
    with pytest.raises(FileProblem) as problem, PackFolder(tmp_path / "pack") as folder:
        (folder.building / "manifest.json").write_text("{}")
        with filled("gone-away", []) as keep:
            with dbapi.connect(server, autocommit=True) as other, other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                               "AND backend_type = 'client backend'")  # fmt: skip
                cursor.fetchall()
            folder.finish(keep)
    told = str(problem.value)
    assert "did not say that it kept the tables" in told and "schema gone_away, and drop it if so" in told
    assert PASSWORD not in told and list(tmp_path.iterdir()) == []
    assert schemas(server, "gone_away") == 0


def test_what_is_missing_is_told_before_anything_is_played(monkeypatch):
    """A driver that is not installed, a variable that is not set."""
    from borderops.packs import postgres

    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(postgres, "find_spec", lambda name: None)
    assert why_not() == [
        "formats names postgresql, for which a driver is missing; pip install 'borderops[postgresql]' brings it"
    ]
    monkeypatch.setattr(postgres, "find_spec", lambda name: object())
    assert why_not() == [
        f"formats names postgresql and {VARIABLE} is not set; allowed: postgresql://role@host/database"
    ]
    monkeypatch.setenv(VARIABLE, "postgresql://somebody@somewhere/something")
    assert why_not() == []
