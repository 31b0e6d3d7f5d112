"""What people are told when a file is not taken."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.confined import ChildFailed, Rejected
from rongtong.hub.foundation.errors import Refusal, Text

_WHAT: Final = _("没有接收这个文件。")
_SAVE_ANEW: Final = _("请在原来的软件中重新另存，再上传。")
_SAVE_PDF: Final = _("请另存为 PDF，再上传。")
_PASSWORD: Final = _("请去掉密码，再上传。")

# Code: why, what to do.
ANSWERS: Final[dict[str, tuple[Text, Text]]] = {
    "file.empty": (_("它是空的。"), _("请检查文件，再上传。")),
    "file.too_large": (_("它超过 %(most)s MB。"), _("请压缩图片或拆成几个文件，再上传。")),
    "file.type": (_("这里不接收这种文件。"), _("请按页面所列的类型上传。")),
    "file.unknown": (_("无法从内容认出它的类型。"), _("请按页面所列的类型重新另存，再上传。")),
    "file.mismatch": (_("文件名说它是 %(claimed)s，内容却是 %(found)s。"), _("请改正扩展名或重新另存，再上传。")),
    "file.markup": (_("网页、SVG 和 XML 可能含有脚本，不接收。"), _SAVE_PDF),
    "file.old_office": (_("它是旧版或加密的 Office 文件。"), _("请去掉密码，另存为 .docx、.xlsx 或 .pptx，再上传。")),
    "file.zip": (_("不接收压缩包。"), _("请把其中的文件逐个上传。")),
    "file.infected": (_("病毒检查发现了问题。"), _("请先在本机杀毒，再上传。")),
    "zip.damaged": (_("文件已损坏。"), _SAVE_ANEW),
    "zip.members": (_("文件内部的部件超过 %(most)s 个。"), _SAVE_ANEW),
    "zip.unpacked": (_("文件展开后超过 %(most)s MB。"), _("请压缩图片或拆成几个文件，再上传。")),
    "zip.ratio": (_("文件的压缩比异常。"), _SAVE_ANEW),
    "zip.encrypted": (_("文件已加密。"), _PASSWORD),
    "zip.name": (_("文件内部的路径不安全。"), _SAVE_ANEW),
    "zip.overlap": (_("文件的内部结构异常。"), _SAVE_ANEW),
    "office.macro": (_("它含有宏或可执行的内容。"), _("请另存为不含宏的文件，再上传。")),
    "office.external": (_("它会自动连接外部文件。"), _("请断开外部链接或另存为 PDF，再上传。")),
    "office.dde": (_("它含有会启动程序的域（DDE）。"), _SAVE_PDF),
    "office.entities": (_("它含有不安全的内容（XML 实体）。"), _SAVE_ANEW),
    "office.damaged": (_("文件已损坏。"), _SAVE_ANEW),
    "pdf.encrypted": (_("PDF 设有打开密码。"), _PASSWORD),
    "pdf.pages": (_("PDF 应为 1 至 %(most)s 页，这一份有 %(found)s 页。"), _("请拆成几个文件，再上传。")),
    "pdf.damaged": (_("PDF 已损坏或内容不完整。"), _SAVE_ANEW),
    "picture.pixels": (_("图片超过 %(most)s 百万像素。"), _("请缩小尺寸，再上传。")),
    "picture.damaged": (_("图片已损坏或内容不完整。"), _SAVE_ANEW),
    "sheet.encoding": (_("无法识别文字编码。"), _("请另存为 UTF-8 编码的 CSV，再上传。")),
    "child.memory": (_("检查它所需的内存超过上限。"), _SAVE_PDF),
    "child.time": (_("检查它的时间超过上限。"), _SAVE_PDF),
    "child.crash": (_("检查它时出错，内容可能已损坏。"), _SAVE_ANEW),
}


class FileRefused(Refusal):
    """An uploaded file is not taken; nothing of it is kept."""

    status = 422


def refused(code: str, **detail: str | int) -> FileRefused:
    """Return the refusal for a stable code."""
    why, cure = ANSWERS[code]
    return FileRefused(code, what=_WHAT, why=why % detail if detail else why, cure=cure)


def from_child(error: Rejected | ChildFailed) -> FileRefused:
    """Return the refusal for what the child said, or for its death."""
    if isinstance(error, ChildFailed):
        code = f"child.{error.why}"
        return refused(code if code in ANSWERS else "child.crash")
    return refused(error.code, **error.detail)
