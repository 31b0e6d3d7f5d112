"""The tutorial runs as it is printed."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "resilience.md"


def test_the_tutorial_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert len(blocks) >= 6
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
