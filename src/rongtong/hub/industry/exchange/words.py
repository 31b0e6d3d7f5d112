"""What people are told: what is wrong with a schema or with a file, and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.confined import ChildFailed, Rejected
from rongtong.hub.foundation.errors import Fault, Refusal, Text
from rongtong.hub.foundation.sheets.refusals import unreadable

from .schemas import Flaw

_SCHEMA: Final[Mapping[str, Text]] = {
    "too_large": _("模式超过 %(most)s KB，请精简。"),
    "too_many": _("模式里的值超过 %(most)s 个，请拆成几个标准或精简。"),
    "too_deep": _("嵌套超过 %(most)s 层，请改得平一些。"),
    "json": _("不是完整的 JSON：第 %(line)s 行第 %(column)s 列读不下去，请检查逗号、引号和括号。"),
    "number": _("数字“%(found)s”无法使用，请改成普通的数。"),
    "twice": _("同一对象里“%(name)s”写了两次，请删去一个。"),
    "letters": _("含有不能保存的控制字符，请删去。"),
    "not_object": _('模式须是一个 JSON 对象，例如 {"type": "object", …}。'),
    "dialect": _("只支持 JSON Schema draft 2020-12，这里写的是“%(found)s”。"),
    "unsupported": _("不支持“%(name)s”，请改用 $ref 与 $defs。"),
    "inner_id": _("里层不能写 $id，引用请用 #/$defs/…。"),
    "remote": _("引用“%(found)s”指向模式之外。平台不访问外部地址，请把它写进 $defs，用 #/$defs/… 引用。"),
    "ref_missing": _("引用“%(found)s”没有对应的内容，请检查路径。"),
    "ref_loop": _("引用绕回了自己，校验永远不会结束。请在中间加一层 properties 或 items。"),
    "ref_many": _("一个值要同时对照 %(most)s 个以上的模式，请减少层层引用。"),
    "metaschema": _("“%(found)s”不符合“%(rule)s”的写法，请对照 JSON Schema draft 2020-12。"),
    "pattern.long": _("正则表达式“%(found)s…”超过 200 个字符，请精简。"),
    "pattern.invalid": _("正则表达式“%(found)s”写法有误。"),
    "pattern.look": _("正则表达式“%(found)s”含有环视、反向引用或选项，不支持。"),
    "pattern.nested": _("正则表达式“%(found)s”在重复里又有重复或分支，可能永远算不完。请改成不嵌套的写法。"),
    "pattern.many": _("正则表达式“%(found)s”里不定长的部分太多，请写明长度。"),
}
#: Keyword of the schema, or what else can be wrong: what is wrong, how to mend it.
_DATA: Final[Mapping[str, tuple[Text, Text]]] = {
    "type": (_("类型应为 %(limit)s"), _("请改成所要求的类型。")),
    "enum": (_("不在可选值之内"), _("可选值：%(limit)s。")),
    "const": (_("应为固定值 %(limit)s"), _("请照此填写。")),
    "required": (_("缺少“%(limit)s”"), _("请补上。")),
    "dependentRequired": (_("缺少须一并填写的内容"), _("请补上与之相关的各项。")),
    "additionalProperties": (_("有标准里没有的内容"), _("请删去，或检查名称。")),
    "unevaluatedProperties": (_("有标准里没有的内容"), _("请删去，或检查名称。")),
    "pattern": (_("格式不对"), _("应符合 %(limit)s。")),
    "format": (_("格式应为 %(limit)s"), _("日期写成 2026-11-24，时间写成 2026-11-24T09:00:00+08:00。")),
    "minLength": (_("少于 %(limit)s 个字"), _("请补全。")),
    "maxLength": (_("多于 %(limit)s 个字"), _("请精简。")),
    "minimum": (_("小于 %(limit)s"), _("请核对数值与单位。")),
    "maximum": (_("大于 %(limit)s"), _("请核对数值与单位。")),
    "exclusiveMinimum": (_("应大于 %(limit)s"), _("请核对数值与单位。")),
    "exclusiveMaximum": (_("应小于 %(limit)s"), _("请核对数值与单位。")),
    "multipleOf": (_("应为 %(limit)s 的整数倍"), _("请核对小数位数。")),
    "minItems": (_("少于 %(limit)s 项"), _("请补全。")),
    "maxItems": (_("多于 %(limit)s 项"), _("请拆分或删减。")),
    "uniqueItems": (_("有重复的项"), _("请删去重复的。")),
    "minProperties": (_("少于 %(limit)s 个字段"), _("请补全。")),
    "maxProperties": (_("多于 %(limit)s 个字段"), _("请删减。")),
    "formula": (_("公式没有结果"), _("请在 Excel 中打开并保存一次，或直接填写数值。")),
    "column_missing": (_("缺少必填列"), _("请补上此列。")),
    "column_unknown": (_("标准里没有这一列"), _("请删去，或检查表头。")),
    "column_twice": (_("这一列出现了两次"), _("请只留一列。")),
    "file.json": (_("不是完整的 JSON"), _("请检查这一行附近的逗号、引号和括号。")),
    "file.number": (_("有无法使用的数字"), _("请改成普通的数。")),
    "file.twice": (_("同一对象里有重复的名称"), _("请删去一个。")),
    "file.too_deep": (_("嵌套过深"), _("请改得平一些。")),
}
_OTHER: Final = (_("不符合标准规定的任何一种写法"), _("请对照标准的数据接口逐项核对。"))
TYPES: Final[Mapping[str, Text]] = {
    "string": _("文字"),
    "integer": _("整数"),
    "number": _("数字"),
    "boolean": _("是或否"),
    "array": pgettext_lazy("type", "列表"),
    "object": pgettext_lazy("type", "对象"),
    "null": _("空"),
}
_WHAT: Final = _("没有校验这个文件。")
_LIGHTEN: Final = _("请拆成几个文件，再校验。")


@dataclass(frozen=True)
class DataFault:
    """One thing wrong with a file: where it stands, what it is, how to mend it."""

    row: int | None
    column: str
    pointer: str
    keyword: str
    found: str
    what: Text
    cure: Text


def flaw_fault(flaw: Flaw, field: str = "schema") -> Fault:
    """Return a flaw of a schema as a fault of the form's field, with its place."""
    words = _SCHEMA[flaw.code] % flaw.detail if flaw.detail else _SCHEMA[flaw.code]
    if not flaw.pointer:
        return Fault(field, words, f"schema.{flaw.code}")
    message = _("%(pointer)s：%(words)s") % {"pointer": flaw.pointer, "words": words}
    return Fault(field, message, f"schema.{flaw.code}")


def data_fault(told: Mapping[str, Any]) -> DataFault:
    """Put what the child found into words."""
    what, cure = _DATA.get(str(told["keyword"]), _OTHER)
    limit = told["limit"]
    if told["keyword"] == "type":
        limit = "、".join(str(TYPES.get(one, one)) for one in str(limit).split("、"))
    given = {"limit": limit} if not isinstance(limit, dict) else limit
    return DataFault(
        row=told["row"],
        column=str(told["column"]),
        pointer=str(told["pointer"]),
        keyword=str(told["keyword"]),
        found=str(told["found"]),
        what=_filled(what, given),
        cure=_filled(cure, given),
    )


def _filled(text: Text, values: Mapping[str, Any]) -> Text:
    return text % values if "%(" in str(text) else text


def unusable(error: Rejected | ChildFailed) -> Refusal:
    """Return the refusal for a file that the child rejected or died of."""
    if isinstance(error, ChildFailed) and error.why in ("time", "memory", "answer"):
        why = {
            "time": _("校验它的时间超过上限。"),
            "memory": _("校验它所需的内存超过上限。"),
            "answer": _("问题太多，写不下。"),
        }[error.why]
        return Refusal(f"exchange.{error.why}", what=_WHAT, why=why, cure=_LIGHTEN)
    if isinstance(error, Rejected) and error.code.startswith("exchange."):
        why = {
            "exchange.deep": _("数据嵌套过深。"),
            "exchange.number": _("有长得无法使用的数字。"),
        }[error.code]
        return Refusal(error.code, what=_WHAT, why=why, cure=_("请改正后再校验。"))
    return unreadable(error)
