"""What every import from a file has in common: whose batch it is, how long it may be taken back, its words."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import CharField, Form
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import VISITOR, Actor
from rongtong.hub.foundation.errors import Fault, Forbidden, NotVisible, Refusal
from rongtong.hub.foundation.imports import pages
from rongtong.hub.foundation.imports.batches import (
    UNDO_WITHIN,
    batches,
    find_batch,
    may_undo,
    new_batch,
    require_undo_time,
)
from rongtong.hub.foundation.imports.examination import Examination, by_outcome, in_every_language
from rongtong.hub.foundation.imports.shapes import content_of
from rongtong.hub.foundation.models import ImportBatch, ImportState
from rongtong.hub.foundation.sheets import Column, Kind, SheetReading, read

COLUMNS = [
    Column(key="name", title=_("名称"), kind=Kind.TEXT, required=True),
    Column(key="count", title=_("数量"), kind=Kind.INTEGER),
]
SHEET = "名称,数量,备注\n甲,1,x\n乙,多,y\n".encode()


def somebody() -> Actor:
    return Actor(account_id=uuid4(), organisation_id=uuid4(), role="owner", verified=True)


def a_reading() -> SheetReading:
    return read(BytesIO(SHEET), COLUMNS)


def a_batch(by: Actor, kind: str = "a", **changes: object) -> ImportBatch:
    batch = new_batch(kind=kind, content=SHEET, file_name="a.csv", by=by)
    for name, value in changes.items():
        setattr(batch, name, value)
    batch.save()
    return batch


@pytest.mark.django_db
def test_a_batch_of_another_kind_or_another_organisation_is_absent():
    mine, by = a_batch(me := somebody()), me
    other = a_batch(by, kind="b")
    assert find_batch(by, "a", mine.pk) == mine
    assert list(batches(by, "a")) == [mine]
    for actor, pk in ((by, other.pk), (somebody(), mine.pk), (VISITOR, mine.pk)):
        with pytest.raises(NotVisible):
            find_batch(actor, "a", pk)


def test_a_file_name_is_one_printable_line():
    batch = new_batch(kind="a", content=b"", file_name="a\r\nBcc: x\x00 " + "名" * 300, by=somebody())
    assert batch.file_name == "a Bcc: x " + "名" * 246
    with pytest.raises(NotVisible):
        new_batch(kind="a", content=b"", file_name="a", by=VISITOR)


@pytest.mark.parametrize(
    ("state", "ago", "may"),
    [
        (ImportState.APPLIED, timedelta(minutes=1), True),
        (ImportState.APPLIED, UNDO_WITHIN + timedelta(seconds=1), False),
        (ImportState.UNDONE, timedelta(minutes=1), False),
        (ImportState.CHECKED, None, False),
    ],
)
def test_a_day_to_take_it_back(state, ago, may):
    batch = ImportBatch(state=state, applied_at=ago and datetime.now(UTC) - ago)
    assert may_undo(batch) is may


def test_after_a_day_it_is_refused_with_the_rooms_cure():
    with pytest.raises(Refusal) as refused:
        require_undo_time(ImportBatch(applied_at=datetime.now(UTC) - UNDO_WITHIN - timedelta(seconds=1)), "逐项更正。")
    assert (refused.value.code, refused.value.cure) == ("import.no_undo", "逐项更正。")


def test_faults_are_kept_in_every_language():
    with translation.override("zh-hans"):
        (fault,) = in_every_language(a_reading(), a_reading)
    assert fault["row"] == 3
    assert fault["column"] == {"zh-hans": "数量", "en": "Count"}
    assert fault["message"]["zh-hans"] != fault["message"]["en"]
    batch = ImportBatch(result={"faults": [fault]})
    with translation.override("en"):
        assert pages.shown(batch, COLUMNS)["faults"] == [
            {"row": 3, "column": "Count", "message": fault["message"]["en"]}
        ]


def test_an_examination_counts_what_each_row_would_do():
    rows = [{"number": 2, "outcome": "new"}]
    found = Examination(a_reading(), rows, [], ("new", "same"))
    assert found.counts == {"new": 1, "same": 0, "faulty": 1, "faults": 0}
    assert found.columns["unknown"] == ["备注"]
    assert by_outcome(rows, ("new", "same")) == {"new": rows, "same": []}


def test_renames_are_taken_for_headers_and_columns_that_are_there():
    batch = ImportBatch(columns={"headers": ["名称", "", "备注"], "matched": {"0": "name"}})
    posted = {"column-0": "", "column-1": "name", "column-2": "count", "column-9": "name"}
    assert pages.renames(batch, COLUMNS, posted) == {"名称": "", "备注": "count"}
    assert pages.renames(batch, COLUMNS, {"column-2": "unheard_of"}) == {"名称": "name"}


class Chosen(Form):
    file = CharField()


def test_a_file_that_cannot_be_read_is_told_where_it_was_chosen():
    form = Chosen({"file": "a"})
    with pages.told_at(form, "file"):
        raise Refusal("sheet.unreadable", what=_("文件太大。"))
    assert form.errors["file"] == ["文件太大。"]
    with pytest.raises(Forbidden), pages.told_at(form, "file"):
        raise Forbidden("x", what="y")


def test_the_api_takes_no_file_above_its_limit():
    file = SimpleUploadedFile("a.csv", b"12345678")
    assert content_of(file, 8) == b"12345678"
    with pytest.raises(Refusal) as refused:
        content_of(SimpleUploadedFile("a.csv", b"x" * 2_000_001), 2_000_000)
    assert refused.value.status == 413
    assert "2 MB" in str(refused.value.why)


def test_faulty_rows_come_back_as_a_workbook_with_what_is_wrong():
    reading = a_reading()
    reading.refuse_row(2, Fault("name", "改名", "x", 2, "名称"))
    answer = pages.faulty_rows(reading)
    again = read(BytesIO(answer.content), COLUMNS)
    assert answer["Content-Disposition"] == 'attachment; filename="faulty-rows.xlsx"'
    assert sorted(str(row["name"]) for row in again.rows) == ["甲"]
