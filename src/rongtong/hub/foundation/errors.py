"""Refusals: each says what is refused, why, and what to do, with a code that never changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Refusal(Exception):
    """A verb cannot be done now. ``status`` is the HTTP status every door answers with."""

    status = 409

    def __init__(self, code: str, *, what: Text, why: Text = "", cure: Text = "") -> None:
        super().__init__(code)
        self.code, self.what, self.why, self.cure = code, what, why, cure

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.what, self.why, self.cure) if part)


class Forbidden(Refusal):
    """The object is visible, but this actor may not do this to it."""

    status = 403


class NotVisible(Refusal):
    """Hidden and absent are one answer."""

    status = 404

    def __init__(self) -> None:
        super().__init__(
            "not_found",
            what=_("没有找到这个页面。"),
            why=_("它可能不存在，也可能不对您开放。"),
            cure=_("请检查地址，或从列表中重新进入。"),
        )


class SignInNeeded(Refusal):
    """A visitor asks for what needs an account."""

    status = 401

    def __init__(self) -> None:
        super().__init__(
            "sign_in", what=_("请先登录。"), why=_("这一页只对登录用户开放。"), cure=_("登录后会回到这里。")
        )


class Busy(Refusal):
    """Others hold the same rows, and the turn did not come in time. Nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            "verb.busy",
            what=_("没有办成：同时办理的人太多。"),
            why=_("这条记录正由他人修改，几秒之内没有轮到您；什么都没有写入。"),
            cure=_("请稍等片刻再试。"),
        )


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input: where it stands and how to mend it."""

    field: str
    message: Text
    code: str = "invalid"
    row: int | None = None
    column: str | None = None


class Invalid(Refusal):
    """The input has faults; all of them are listed at once."""

    status = 422

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(
            "input.invalid", what=_("有内容需要修改。"), why=_("下列各项不符合要求。"), cure=_("改正后再提交。")
        )

    def __str__(self) -> str:
        return " ".join(str(fault.message) for fault in self.faults)


class Stale(Refusal):
    """Somebody else changed the thing meanwhile. Both versions are carried, nothing is lost."""

    status = 409

    def __init__(self, *, theirs: Mapping[str, Any], yours: Mapping[str, Any], version: int) -> None:
        self.theirs, self.yours, self.version = theirs, yours, version
        super().__init__(
            "version.stale",
            what=_("没有保存：内容已被他人修改。"),
            why=_("您打开之后，另一位同事保存了新的版本。"),
            cure=_("对照两个版本，选定后再保存。"),
        )
