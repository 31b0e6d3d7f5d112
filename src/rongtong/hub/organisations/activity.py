"""What is written in an organisation's activity: the verb's name in words."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.models import AuditEntry

WORDS = {
    "organisation.register": _("登记机构"),
    "organisation.edit": _("修改资料"),
    "organisation.figures": _("更新年度数据"),
    "organisation.add_certificate": _("添加了证书"),
    "organisation.remove_certificate": _("删除证书"),
    "organisation.submit": _("提交核验"),
    "organisation.verify": _("通过核验"),
    "organisation.return": _("退回修改"),
    "organisation.suspend": _("停用机构"),
    "organisation.restore": _("恢复机构"),
    "member.invite": _("邀请了成员"),
    "token.create": _("创建访问令牌"),
}


def entries(rows: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Entries as ``c.feed`` draws them."""
    return [{"at": row.at, "text": WORDS.get(row.verb, row.verb), "by": row.name} for row in rows]
