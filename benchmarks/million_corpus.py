"""A million listings from public texts: who asks, what is offered, and the facets that are filtered by."""

import csv
import gzip
import itertools
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from matching_quality import load

from rongtong.engines.matching import Constraint, Listing, Need

SEED = 20261123
REGIONS = (
    "440305", "440100", "440604", "320506", "320200", "320115", "330106", "330282", "310115", "110108", "120116",
    "370214", "370100", "420111", "430104", "510107", "500112", "610113", "340104", "350206", "210102", "410100", "",
)  # fmt: skip
CERTIFICATES = ("ISO9001", "ISO14001", "IATF16949", "AS9100", "ISO13485", "ISO27001")
SIZES = ("micro", "small", "medium", "large")
INDUSTRIES = ("C3421", "C3484", "C3670", "C3825", "C3971", "C3562", "I6513", "M7320", "C2651", "")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_BRANCHES = 20  # organisations for each company of the graph


def listings(data: Path, count: int) -> Iterator[Listing]:
    """Yield `count` listings, the same ones every time.

    Four of five are Chinese: number *n* is titled with a product and says its company, two more products of that
    company and what the product is made of or divided into; the products are gone through again and again, each time
    with other companions. One of five is English: two neighbouring sentences of an award's abstract, its first words
    as title. A listing belongs to one of twenty branches of its company, so that about ten share an owner. Of ten
    listings one is for members only, one tells members more than visitors, and one hides its price from visitors;
    regions, industries, sizes, certificates, readiness and prices are drawn.
    """
    draw = random.Random(SEED)  # noqa: S311 — a corpus, not a secret
    chinese, english = _chinese(data / "industry-chain-graph", draw), _english(data / "needs-to-awards")
    for number in range(count):
        owner, title, text = next(english if number % 5 == 4 else chinese)
        level, held = draw.random(), draw.randrange(64)
        texts = {0: text} if level >= 0.1 else {1: text}
        if 0.1 <= level < 0.2:
            texts[1] = f"产能 {draw.randrange(900)} 件/月"
        yield Listing(
            id=f"{number * 2654435761 % 2**32:08x}",
            owner=f"{owner}-{draw.randrange(_BRANCHES)}",
            kind="capability" if number % 8 else "challenge",
            title=title,
            texts=texts,
            region=draw.choice(REGIONS),
            industry=draw.choice(INDUSTRIES),
            certificates=frozenset(name for bit, name in enumerate(CERTIFICATES) if held >> bit & 1),
            size_class=draw.choice(SIZES),
            readiness=draw.randrange(1, 10),
            price=Decimal(draw.randrange(1, 500)) * 1000,
            facet_levels={"price": 1} if 0.2 <= level < 0.3 else {},
        )


def _chinese(folder: Path, draw: random.Random) -> Iterator[tuple[str, str, str]]:
    names = {row["id"]: row["fullname"] for row in _rows(folder / "companies.csv")}
    products = [(row["company"], row["product"]) for row in _rows(folder / "company_product.csv.gz")]
    of_company, parts = defaultdict(list), defaultdict(list)
    for company, product in products:
        of_company[company].append(product)
    for row in _rows(folder / "product_product.csv.gz"):
        parts[row["product"]].append(row["other"])
    loose = [row["name"] for row in _rows(folder / "products.csv.gz")]
    for place in itertools.count():
        company, product = products[place % len(products)]
        if place % 2:
            product = loose[place // 2 % len(loose)]
        others = "、".join(draw.sample(of_company[company], min(2, len(of_company[company]))))
        made_of = "、".join(draw.sample(parts[product], min(2, len(parts[product]))) or draw.sample(loose, 2))
        yield company, product, f"{names.get(company, '')}提供{product}及{others}，涉及{made_of}"


def _english(folder: Path) -> Iterator[tuple[str, str, str]]:
    abstracts = []
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            abstracts.append((record["firm"], _SENTENCE.split(record["text"])))
    for place in itertools.count():
        firm, sentences = abstracts[place % len(abstracts)]
        at = place // len(abstracts) * 2 % max(1, len(sentences) - 1)
        text = " ".join(sentences[at : at + 2])[:600]
        yield firm[:30], " ".join(text.split()[:7]), text


def _rows(path: Path) -> Iterator[dict[str, str]]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    yield from csv.DictReader(content.decode("utf-8-sig").splitlines())


def needs(data: Path) -> list[Need]:
    """Return real needs of all lengths with conditions: company passages, keywords and technology demands.

    Every need asks for capabilities, has one condition that filters and two that are wanted, in turn of four kinds.
    """
    texts: list[str] = []
    for name, most in (("policy-passages-zh", 61), ("abstracts-zh", 140), ("needs-to-awards", 100)):
        texts += list(load(data / name).queries.values())[:most]
    conditions = (
        (Constraint("region", ("440000", "320000"), required=True), Constraint("certificates", ("ISO9001",))),
        (Constraint("certificates", ("IATF16949",), required=True), Constraint("region", ("330000",))),
        (Constraint("size_class", ("small", "micro"), required=True), Constraint("price", Decimal(200_000))),
        (Constraint("readiness", 6, required=True), Constraint("industry", ("C34", "C38"))),
    )
    wanted = Constraint("size_class", ("small", "medium"))
    return [
        Need(text, constraints=(*conditions[place % 4], wanted), kinds=frozenset({"capability"}))
        for place, text in enumerate(texts)
    ]
