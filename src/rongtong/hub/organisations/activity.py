"""What is written in an organisation's activity: the verb's name in words."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.models import AuditEntry

WORDS = {
    "organisation.register": pgettext_lazy("activity", "登记机构"),
    "organisation.edit": pgettext_lazy("activity", "修改资料"),
    "organisation.figures": _("更新年度数据"),
    "organisation.add_certificate": _("添加了证书"),
    "organisation.remove_certificate": pgettext_lazy("activity", "删除证书"),
    "organisation.submit": pgettext_lazy("activity", "提交核验"),
    "organisation.verify": pgettext_lazy("activity", "通过核验"),
    "organisation.return": pgettext_lazy("activity", "退回修改"),
    "organisation.suspend": pgettext_lazy("activity", "停用机构"),
    "organisation.restore": pgettext_lazy("activity", "恢复机构"),
    "member.invite": _("邀请了成员"),
    "token.create": pgettext_lazy("activity", "创建访问令牌"),
}


def entries(rows: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Entries as ``c.feed`` draws them."""
    return [{"at": row.at, "text": WORDS[row.verb], "by": row.name} for row in rows if row.verb in WORDS]
