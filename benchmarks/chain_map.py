"""The map of a chain with 5,000 firms and 10,000 flows in Chromium: laid out by the hub's code, dragged and zoomed.

``python benchmarks/chain_map.py [--quick]``. Times are of the script that draws one frame, on a canvas of 1200 × 540.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import numpy as np
from figures import Row, figure, report
from playwright.sync_api import Route

from tests.browser import chromium

ROOT = Path(__file__).resolve().parent.parent
FIRMS, FLOWS, TIERS, FRAMES = 5_000, 10_000, 6, 120
BAR_MS = 33.0
PAGE = """<!doctype html><html lang="zh"><body style="margin:0"><form data-map-way><select name="from"></select><select
name="to"></select></form><div data-chain-map="/numbers?" data-links="/links?firm=">
<div style="width:1200px;height:540px">
<canvas style="width:100%;height:100%;display:block"></canvas></div><div data-map-firm hidden><b data-of="name"></b><b
data-of="sells"></b><b data-of="sold"></b><b data-of="bought"></b><a data-of="links"></a><a data-of="href"></a></div>
</div><script type="module" src="/chain-map.js"></script></body></html>"""
DRAG = """async frames => {
  const canvas = document.querySelector("canvas"), took = [];
  const real = window.requestAnimationFrame;
  window.requestAnimationFrame = call => real(at => {
    const began = performance.now(); call(at); took.push(performance.now() - began);
  });
  const send = (kind, x, y) => canvas.dispatchEvent(
    new PointerEvent(kind, { pointerId: 1, clientX: x, clientY: y, bubbles: true }));
  canvas.setPointerCapture = () => {};
  send("pointerdown", 600, 300);
  for (let i = 0; i < frames; i++) {
    if (i % 3) send("pointermove", 600 + 200 * Math.sin(i / 9), 300 + 120 * Math.cos(i / 7));
    else canvas.dispatchEvent(
      new WheelEvent("wheel", { deltaY: i % 2 ? 60 : -70, clientX: 500, clientY: 250, cancelable: true }));
    await new Promise(done => real(done));
  }
  return took;
}"""


def numbers() -> tuple[str, float]:
    """A made map laid out by the hub's own code, as JSON, and how long that took."""
    import django

    django.setup()
    from rongtong.hub.industry.queries import maps
    from rongtong.hub.industry.views.chain_maps import drawn

    chance = np.random.default_rng(5)
    keys = [UUID(int=number + 1) for number in range(FIRMS)]
    nodes = {key: maps.Node(key, f"企业{place}", tier=1 + place % TIERS) for place, key in enumerate(keys)}
    found = maps.ChainMap([f"第{tier}级" for tier in range(1, TIERS + 1)], nodes, [])
    for _turn in range(FLOWS):
        start = int(chance.integers(FIRMS))
        end = (start + 1 + TIERS * int(chance.integers(FIRMS // TIERS))) % FIRMS
        value = Decimal(int(chance.integers(1, 10**6)))
        found.flows.append(maps.Flow(keys[start], keys[end], value, chance.random() < 0.1))
        nodes[keys[start]].sold += value
        nodes[keys[end]].bought += value
    began = time.perf_counter()
    maps._set_places(found)
    text = json.dumps(drawn(found), ensure_ascii=False)
    return text, time.perf_counter() - began


def rows(quick: bool) -> Iterator[Row]:
    text, seconds = numbers()
    yield figure(f"{FIRMS:,} firms and {FLOWS:,} flows placed and written as JSON", seconds * 1000, "ms")
    yield figure("the JSON", len(text.encode()) / 1e6, "MB")
    script = (ROOT / "src/rongtong/hub/web/static/rongtong/chain-map.js").read_text("utf-8")
    tokens = (ROOT / "src/rongtong/hub/web/static/rongtong/tokens.css").read_text("utf-8")

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix("http://map.test")
        if path.startswith("/numbers"):
            route.fulfill(body=text, content_type="application/json")
        elif path == "/chain-map.js":
            route.fulfill(body=script, content_type="text/javascript")
        else:
            route.fulfill(body=f"<style>{tokens}</style>{PAGE}", content_type="text/html; charset=utf-8")

    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1240, "height": 700})
        page.route("**/*", answer)
        began = time.perf_counter()
        page.goto("http://map.test/")
        page.wait_for_selector("[data-ready]", state="attached")
        yield figure("until the whole map is drawn", (time.perf_counter() - began) * 1000, "ms")
        took = page.evaluate(DRAG, FRAMES // 4 if quick else FRAMES)
        if not quick:
            (ROOT / "benchmarks/out").mkdir(exist_ok=True)
            page.screenshot(path=ROOT / "benchmarks/out/chain_map.png")
    yield figure(f"a frame while dragging and zooming, median of {len(took)}", statistics.median(took), "ms", BAR_MS)
    yield figure("a frame, 95th percentile", sorted(took)[int(0.95 * len(took))], "ms")


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    sys.exit(report("chain_map", __doc__, "30 frames", rows))
