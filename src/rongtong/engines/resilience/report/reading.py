"""Tables as spreadsheets write them: in UTF-8 or GB 18030, with English or Chinese headings."""

from io import BytesIO
from pathlib import Path
from typing import Final

import polars as pl

from rongtong.engines.resilience.errors import Fault, FaultyNetwork

#: What a heading may be called; the first is the name by which the engine knows the column.
HEADINGS: Final = {
    "links": {
        "supplier": ("供应商", "供方", "卖方"),
        "buyer": ("采购方", "客户", "需方", "买方"),
        "value": ("年交易额", "金额", "交易额", "年金额"),
        "product": ("产品", "产品名称", "物料"),
    },
    "firms": {
        "firm": ("企业", "企业名称", "名称"),
        "sector": ("行业", "所属行业", "环节"),
        "market": ("可替代组", "市场"),
        "revenue": ("营业收入", "年营业收入", "营收"),
        "costs": ("营业成本", "成本"),
        "country": ("国家", "国家或地区", "国别"),
        "region": ("地区", "区域", "省市"),
        "cover_days": ("库存天数", "库存可用天数"),
    },
}
_TEXT = ("supplier", "buyer", "product", "firm", "sector", "market", "country", "region")


def read_table(path: Path, name: str) -> pl.DataFrame:
    """Read a CSV or Parquet file.

    Parameters
    ----------
    name
        ``links``, ``firms``, or anything else, whose headings are then left as they are.

    Raises
    ------
    FaultyNetwork
        Where there is no such file, or it is no table.
    """
    if not path.is_file():
        raise FaultyNetwork([Fault(name, 0, "", "missing_file", f"there is no file {path}")])
    try:
        if path.suffix.lower() in {".parquet", ".pq"}:
            frame = pl.read_parquet(path)
        else:
            frame = pl.read_csv(BytesIO(_utf8(path.read_bytes())), infer_schema=False)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        raise FaultyNetwork([Fault(name, 0, "", "no_table", f"{path} is no table: {error}")]) from error
    known = HEADINGS.get(name, {})
    frame = frame.rename({one: _heading(one.strip(), known) for one in frame.columns}, strict=False)
    return frame.with_columns(
        pl.col(one).cast(pl.String).str.strip_chars().replace("", None) if one in _TEXT else _number(frame[one])
        for one in frame.columns
    )


def _heading(given: str, known: dict[str, tuple[str, ...]]) -> str:
    return next((name for name, others in known.items() if given == name or given in others), given)


def _number(column: pl.Series) -> pl.Series:
    """Amounts as people write them: 1,200,000.00; what is none stays as it is, so that its row is named."""
    if column.dtype != pl.String:
        return column
    plain = column.str.strip_chars().str.replace_all("[,，\\s]", "").replace("", None)
    numbers = plain.cast(pl.Float64, strict=False)
    return numbers if (numbers.is_null() == plain.is_null()).all() else plain


def _utf8(content: bytes) -> bytes:
    try:
        return content.decode("utf-8-sig").encode()
    except UnicodeDecodeError:
        return content.decode("gb18030").encode()
