"""The tutorial runs as it is printed."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "fairness.md"


def test_the_tutorial_runs(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 6
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    printed = capsys.readouterr().out
    assert "as c proposed" in printed and "9,000,000.00, what its scarcest need allows" in printed
    assert "leaves room for nobody else ('H01M 10/0525',) ('440000',) 2026-01-01 2029-01-01" in printed
