"""A person's own account."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid
from rongtong.hub.foundation.verbs import verb

from ..enums import Language
from ..models import Account
from .profile import one_line

EDITABLE = {"name": 80, "name_en": 120, "phone": 40, "language": 10}


@verb("account.edit", on="account")
def edit_account(*, account: Account, values: Mapping[str, Any], by: Actor) -> Account:
    """Change one's name, telephone and language. The address and the password have pages of their own."""
    faults = [Fault(name, _("没有这个字段。"), "field.unknown") for name in sorted(set(values) - set(EDITABLE))]
    cleaned = {name: one_line(str(value)) for name, value in values.items() if name in EDITABLE}
    faults += [
        Fault(name, _("最多%(most)s个字。") % {"most": EDITABLE[name]}, "text.long")
        for name, value in cleaned.items()
        if len(value) > EDITABLE[name]
    ]
    if "name" in cleaned and not cleaned["name"]:
        faults.append(Fault("name", _("请填写姓名。"), "name.empty"))
    if "language" in cleaned and cleaned["language"] not in Language.values:
        faults.append(Fault("language", _("请选择语言。"), "language.unknown"))
    if faults:
        raise Invalid(faults)
    for name, value in cleaned.items():
        setattr(account, name, value)
    audit.note(fields=sorted(cleaned))
    account.save(update_fields=list(cleaned))
    return account
