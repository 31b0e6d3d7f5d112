"""The tutorial runs as it is printed."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "evidence.md"


def test_the_tutorial_runs(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert len(blocks) >= 6
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    told = capsys.readouterr().out.split("\n")
    assert told[:2] == ["['log.example/rongtong', '1']", "True park: cosigned size 1"]
    assert "ok      witnesses  cosigned by park (" in "\n".join(told)
    assert "The evidence holds." in told
    assert told[-2] == "['tile/0/000.p/1', 'tile/entries/000.p/1'] True"
