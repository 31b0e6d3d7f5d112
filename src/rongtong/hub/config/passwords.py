"""Password rules that Django does not bring."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

OWN_WORDS = ("rongtong", "融通", "jiebang", "揭榜", "passw0rd", "password", "qwerty", "admin", "welcome")


class MaximumLengthValidator:
    """Refuse passwords so long that hashing them is an attack."""

    def __init__(self, max_length: int = 128) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return _("密码最多 %(length)d 个字符。") % {"length": self.max_length}


class OwnWordsValidator:
    """Refuse passwords that are one of the words everybody here would try first, with decoration."""

    def validate(self, password: str, user: object = None) -> None:
        rest = password.casefold()
        for word in OWN_WORDS:
            rest = rest.replace(word, "")
        if rest != password.casefold() and len(re.sub(r"[\W\d_]", "", rest)) < 4:
            raise ValidationError(_("密码由本站名称或常见词加数字组成，容易被猜到。"), code="password_own_words")

    def get_help_text(self) -> str:
        return _("密码不能只是本站名称或常见词加数字。")
