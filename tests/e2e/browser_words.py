"""Which Chinese on an English page is a person's own, and which is ours and was not translated."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page

from tests.e2e.browser_tour import UPLOADED
from tests.e2e.house import House

# Names that stay what they are in every language: the product's.
OURS = {"融通"}
HAN = re.compile(r"[\u3400-\u9fff]+")
# Every text of every table but those that the house keeps for itself.
READ = """
import json
from django.apps import apps
from rongtong.hub.foundation.models import ImportBatch
found = set()
def take(value):
    if isinstance(value, str):
        found.add(value)
    elif isinstance(value, dict):
        [take(one) for one in value.values()]
    elif isinstance(value, (list, tuple)):
        [take(one) for one in value]
for model in apps.get_models():
    if model._meta.app_label == "foundation" and model.__name__ != "Setting":
        continue
    names = [field.attname for field in model._meta.concrete_fields if not field.is_relation]
    [take(row) for row in model._base_manager.values_list(*names)]
[take(name) for name in ImportBatch._base_manager.values_list("file_name", flat=True)]
print(json.dumps([text for text in found if any("\\u3400" <= sign <= "\\u9fff" for sign in text)]))
"""
# All texts of a page and what is read out of its attributes, but for what is marked as Chinese.
# Pieces of people's own text, cut where words matched, are not looked at; nor is the initial in an avatar.
SEEN = """() => {
  const pieces = "mark, .rt-words, .rt-hit .rt-prose, .rt-fit-why, .rt-avatar";
  const skip = `[lang='zh-CN'], [translate=no], script, style, template, ${pieces}`;
  const names = ["alt", "title", "aria-label", "placeholder", "content", "data-ask"];
  const found = [];
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode())
    if (!node.parentElement.closest(skip)) found.push(node.data);
  for (const one of document.querySelectorAll(names.map(name => `[${name}]`).join()))
    if (!one.closest(skip)) found.push(...names.map(name => one.getAttribute(name) ?? ""));
  for (const one of document.querySelectorAll("input[type=submit], input[type=button]")) found.push(one.value);
  return found;
}"""
NAME = 200  # a text of the database up to this length may stand inside a sentence of ours
LONG = 5  # a run of Chinese from this length on is no accident if it stands in somebody's text


class Spoken:
    """All Chinese that people wrote."""

    def __init__(self, texts: list[str]) -> None:
        flat = [_flat(text) for text in texts]
        self.whole = "\n".join(flat)
        self.exact = set(flat)
        self.names = sorted({one for one in flat if 1 < len(one) <= NAME}, key=len, reverse=True)

    def ours(self, text: str) -> list[str]:
        """The runs of Chinese in a text of a page that are not of people."""
        text = _flat(text)
        if not HAN.search(text) or text in self.exact or (len(text) >= LONG and text in self.whole):
            return []
        for name in self.names:
            if name in text:
                text = text.replace(name, " ")
        runs = [run for run in HAN.findall(text) if run not in OURS and run not in self.exact]
        return [run for run in runs if len(run) < LONG or run not in self.whole]


def _flat(text: str) -> str:
    return " ".join(text.replace("…", " ").split())


def words_of_people(house: House) -> Spoken:
    """All Chinese that stands in the database, or in the file that is handed in on the tour."""
    return Spoken([*json.loads(house.django(READ)), *UPLOADED])


def chinese_of_ours(page: Page, spoken: Spoken) -> list[str]:
    """The runs of Chinese on a page that nobody wrote into the database."""
    return sorted({run for text in page.evaluate(SEEN) for run in spoken.ours(text)})
