"""The pack and its key: a key of another pack, or one that was altered, is never scored against."""

from __future__ import annotations

import json
import shutil

import pytest
from tests.referee.tiny_pack import E3, EARM, write_pack

from borderops.exceptions import FileProblem
from borderops.referee.pack import open_pack


@pytest.fixture
def folder(tmp_path):
    """A pack that a test may spoil."""
    return write_pack(tmp_path / "tiny")


def test_a_pack_opens(folder):
    """Tables, sizes and columns come from the files; the synthetic mark is no column that a tool is asked about."""
    pack = open_pack(folder)
    assert pack.catalogue.sizes[E3] == 13
    assert pack.catalogue.fields[EARM] == ["case_no", "given"]
    assert pack.person_of_record.size == sum(pack.catalogue.sizes.values())


def test_a_key_may_lie_apart(tmp_path):
    """Whoever gives a pack away without its key scores with the key at home."""
    folder = write_pack(tmp_path / "tiny", key=tmp_path / "home")
    with pytest.raises(FileProblem, match="tiny has no answer key; key=FOLDER says where else it lies"):
        open_pack(folder)
    assert open_pack(folder, tmp_path / "home").truth("link").num_rows == 6


def test_the_key_of_another_pack_is_refused(folder, tmp_path):
    """Two packs look alike row by row, so their identities are compared, not their shapes."""
    other = write_pack(tmp_path / "other", seed=2)
    with pytest.raises(FileProblem, match="is the answer key of another pack than tiny"):
        open_pack(folder, other / "answer_key")


def test_an_altered_key_is_refused_file_by_file(folder):
    """What was changed and what is missing are told at once."""
    (folder / "answer_key" / "link.parquet").unlink()
    shutil.copy(folder / "answer_key" / "person.parquet", folder / "answer_key" / "labels" / "T2.parquet")
    with pytest.raises(FileProblem) as told:
        open_pack(folder)
    assert str(told.value).splitlines() == [
        "answer_key cannot be used, 2 files:",
        "  labels/T2.parquet is not as it was written: its checksum differs",
        "  link.parquet is missing",
    ]


def test_an_altered_manifest_is_refused(folder):
    """Whoever alters a key and its checksum alters the pack's identity."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files_sha256"]["answer_key/link.parquet"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(FileProblem, match=r"its manifest\.json does not belong to its pack_id"):
        open_pack(folder)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [(None, "holds no manifest.json"), ("{", "cannot be understood"), ("[]", "names no pack_id"), ("{}", "pack_id")],
)
def test_a_folder_that_is_no_pack_says_why(folder, text, complaint):
    """Without a manifest that can be understood nothing is opened."""
    if text is None:
        (folder / "manifest.json").unlink()
    else:
        (folder / "manifest.json").write_text(text)
    with pytest.raises(FileProblem, match=complaint):
        open_pack(folder)


def test_a_missing_folder_says_so(tmp_path):
    """A wrong path is told as such."""
    with pytest.raises(FileProblem, match="is no folder"):
        open_pack(tmp_path / "nowhere")


def test_owners_are_persons_and_records_of_nobody(folder):
    """Rows of one person have one owner, a row about nobody has an owner and a family of its own."""
    pack = open_pack(folder)
    start = dict(zip(pack.catalogue.tables, pack.catalogue.starts))
    first, second = pack.owner[start[E3] + 1], pack.owner[start[E3] + 2]
    nobody = pack.owner[start["portal_child"] + 4]
    assert first == second
    assert nobody >= len(pack.persons)
    assert (pack.family == pack.family[nobody]).sum() == 1


def test_versions_are_known_by_their_number(folder):
    """The second and third rows bear one number; rows of tables without one are each their own."""
    pack = open_pack(folder)
    start = dict(zip(pack.catalogue.tables, pack.catalogue.starts))
    versions = pack.first_version - start[E3]
    assert versions[start[E3] : start[E3] + 13].tolist() == [0, 1, 1, *range(3, 13)]
    mail = start["mail_message"]
    assert pack.first_version[mail : mail + 3].tolist() == [mail, mail + 1, mail + 2]


def test_draws_belong_to_the_pack(folder, tmp_path):
    """Every tool meets the same families on one pack; another pack has draws of its own."""
    assert open_pack(folder).draws == open_pack(folder).draws
    assert open_pack(folder).draws != open_pack(write_pack(tmp_path / "other", seed=2)).draws
