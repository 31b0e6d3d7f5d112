"""What people are told when a file cannot be read at all."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from ..confined import ChildFailed, Rejected
from ..errors import Refusal, Text

_WHAT: Final = _("不能读取这个文件。")
_SAVE_ANEW: Final = _("请用 Excel 打开后另存为 .xlsx，再上传。")

# Code of the rejection: why, what to do.
_ANSWERS: Final[dict[str, tuple[Text, Text]]] = {
    "sheet.format": (_("它不是 Excel（.xlsx）或 CSV 文件。"), _SAVE_ANEW),
    "sheet.old_excel": (_("它是旧版 Excel（.xls）或加密的文件。"), _("请去掉密码，另存为 .xlsx，再上传。")),
    "sheet.macro": (_("它含有宏，为安全起见不接收。"), _("请另存为不含宏的 .xlsx，再上传。")),
    "sheet.entities": (_("它含有不安全的内容（XML 实体）。"), _SAVE_ANEW),
    "sheet.damaged": (_("文件已损坏或内容不完整。"), _SAVE_ANEW),
    "sheet.encoding": (_("无法识别文字编码。"), _("请另存为 UTF-8 编码的 CSV 或 .xlsx，再上传。")),
    "sheet.empty": (_("第一张工作表没有内容。"), _("请把数据放在第一张工作表，再上传。")),
    "sheet.header": (_("没有找到可识别的表头。"), _("请下载模板，对照表头填写。")),
    "sheet.rows": (_("数据超过 %(most)s 行。"), _("请拆成几个文件，分别上传。")),
    "sheet.columns": (_("数据超过 %(most)s 列。"), _("请删去多余的列，再上传。")),
    "zip.members": (_("文件内部的部件过多。"), _SAVE_ANEW),
    "zip.unpacked": (_("文件展开后超过 %(most)s MB。"), _("请删去图片和空白的格式，或拆成几个文件，再上传。")),
    "zip.ratio": (_("文件的压缩比异常。"), _SAVE_ANEW),
    "zip.encrypted": (_("文件已加密。"), _("请去掉密码，再上传。")),
}
_DIED: Final[dict[str, tuple[Text, Text]]] = {
    "memory": (_("读取它所需的内存超过上限。"), _("请删去图片和空白的格式，或拆成几个文件，再上传。")),
    "time": (_("读取它的时间超过上限。"), _("请拆成几个文件，再上传。")),
}


def unreadable(error: Rejected | ChildFailed) -> Refusal:
    """Return the refusal to raise for a file that the child rejected or died of."""
    if isinstance(error, ChildFailed):
        why, cure = _DIED.get(error.why, _ANSWERS["sheet.damaged"])
        return Refusal(f"sheet.{error.why}", what=_WHAT, why=why, cure=cure)
    why, cure = _ANSWERS.get(error.code, _ANSWERS["sheet.damaged"])
    return Refusal(error.code, what=_WHAT, why=why % error.detail if error.detail else why, cure=cure)
