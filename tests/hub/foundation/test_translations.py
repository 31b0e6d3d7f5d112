"""Both languages are whole: every Chinese word of the source has an English one, and the check finds what is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from rongtong.hub.foundation import catalogues, translations
from rongtong.hub.foundation.catalogues import HUB, catalogue_path, ensure_compiled


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A room of its own, with one source and one template."""
    made = tmp_path / "hub" / "room"
    (made / "templates").mkdir(parents=True)
    (made / "__init__.py").write_text("")
    (made / "words.py").write_text(
        'from x import gettext as _, ngettext\n_("你好 %(name)s")\nngettext("%(n)s项", "%(n)s项", 2)\n'
    )
    (made / "templates" / "page.html").write_text('<p>{{ _("欢迎") }}</p>{% trans %}再见{% endtrans %}')
    monkeypatch.setattr(catalogues, "HUB", tmp_path / "hub")
    return made


def fill(room: Path, **words: str) -> None:
    path = catalogue_path(room)
    text = path.read_text("utf-8")
    for chinese, english in words.items():
        text = text.replace(f'msgid "{chinese}"\nmsgstr ""', f'msgid "{chinese}"\nmsgstr "{english}"')
    path.write_text(text, "utf-8")


def complete(room: Path) -> None:
    translations.extract(room)
    fill(room, 欢迎="Welcome", 再见="Goodbye")
    path = catalogue_path(room)
    text = path.read_text("utf-8").replace(
        'msgid "你好 %(name)s"\nmsgstr ""', 'msgid "你好 %(name)s"\nmsgstr "Hello %(name)s"'
    )
    text = text.replace('msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "%(n)s item"\nmsgstr[1] "%(n)s items"')
    path.write_text(text, "utf-8")


def words_of(room: Path) -> list[str]:
    return [line.partition(": ")[2] for line in translations.faults(room)]


@pytest.mark.parametrize("name", [room for room in settings.ROOMS if (HUB / room / "__init__.py").exists()])
def test_the_english_of_a_room_is_complete(name):
    assert translations.faults(HUB / name) == []


def test_no_two_rooms_say_the_same_thing_differently():
    assert translations.disagreements() == []


def test_words_of_code_and_templates_are_found(room):
    translations.extract(room)
    assert words_of(room) == ["empty: 再见", "empty: 欢迎", "empty: %(n)s项", "empty: %(n)s项", "empty: 你好 %(name)s"]
    complete(room)
    assert words_of(room) == []


def test_extracting_twice_changes_nothing_and_keeps_the_english(room):
    complete(room)
    translations.extract(room)
    before = catalogue_path(room).read_bytes()
    assert translations.extract(room) is False
    assert catalogue_path(room).read_bytes() == before
    assert b"Welcome" in before


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (('msgstr "Welcome"', 'msgstr ""'), "empty: 欢迎"),
        (('msgstr "Hello %(name)s"', 'msgstr "Hello"'), "other placeholders: 你好 %(name)s"),
        (('msgstr "Goodbye"', 'msgstr "再见了"'), "not English: 再见"),
        (('msgstr "Goodbye"', 'msgstr "Goodbye！"'), "not English: 再见"),
        (('msgid "欢迎"', '#, fuzzy\nmsgid "欢迎"'), "doubtful: 欢迎"),
        (('msgid "欢迎"', 'msgid "旧词"'), "missing: 欢迎"),
        (('msgid "欢迎"', 'msgid "旧词"'), "left over: 旧词"),
    ],
)
def test_what_is_wrong_is_found(room, change, fault):
    complete(room)
    path = catalogue_path(room)
    text = path.read_text("utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change), "utf-8")
    assert fault in words_of(room)


def test_what_left_the_source_leaves_the_catalogue(room):
    complete(room)
    (room / "templates" / "page.html").write_text("")
    assert "left over: 欢迎" in words_of(room)
    translations.extract(room)
    assert words_of(room) == []
    assert "欢迎" not in catalogue_path(room).read_text("utf-8")


def test_english_of_another_room_is_taken_over(room):
    complete(room)
    other = room.parent / "other"
    other.mkdir()
    (other / "__init__.py").write_text('_("欢迎")')
    translations.extract(other)
    assert words_of(other) == []
    fill_other = catalogue_path(other).read_text("utf-8").replace("Welcome", "Hi")
    catalogue_path(other).write_text(fill_other, "utf-8")
    assert translations.disagreements() == ["other, room: two translations: 欢迎"]


def test_only_what_is_older_than_its_source_is_compiled(room):
    complete(room)
    target = catalogue_path(room).with_suffix(".mo")
    assert ensure_compiled() == [target]
    assert ensure_compiled() == []
    os.utime(catalogue_path(room), (target.stat().st_mtime + 5,) * 2)
    assert ensure_compiled() == [target]
    assert list(target.parent.glob("*.tmp")) == []


def test_the_command_fails_while_something_is_missing(room, capsys):
    assert translations.main(["extract", "room"]) == 0
    assert translations.main(["check", "room"]) == 1
    assert "room: empty: 欢迎" in capsys.readouterr().err
    complete(room)
    assert translations.main(["check", "room"]) == 0
    assert translations.main(["compile"]) == 0
    with pytest.raises(SystemExit, match="no such room: nowhere"):
        translations.main(["check", "nowhere"])


def test_django_reads_what_was_compiled():
    with translation.override("en"):
        assert translation.gettext("跳到正文") == "Skip to content"
        assert translation.ngettext("还有%(days)s天", "还有%(days)s天", 1) == "%(days)s day left"
        assert translation.ngettext("还有%(days)s天", "还有%(days)s天", 2) == "%(days)s days left"
    with translation.override("zh-hans"):
        assert translation.gettext("跳到正文") == "跳到正文"
