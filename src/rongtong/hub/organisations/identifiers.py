"""Numbers that identify a legal body: the unified social credit code, LEI, and register numbers abroad."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext_lazy as _
from stdnum import lei
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from rongtong.hub.foundation.errors import Fault, Invalid, Text
from rongtong.hub.foundation.formatting import joined

from .enums import IdentifierScheme

CREDIT_CODE_LENGTH: Final = 18
_CREDIT_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
# Department and kind that register the body (GB 32100): offices, foreign affairs, justice, culture, civil affairs,
# tourism, religion, trade unions, industry and commerce, ..., others.
_FIRST: Final = "123456789ANY"


def normalise(value: str) -> str:
    """Return `value` without blanks, dashes and full-width forms, in capitals."""
    text = unicodedata.normalize("NFKC", value)
    return re.sub(r"[\s\-‐-―·]", "", text).upper()


def credit_code(value: str, field: str = "identifier") -> str:
    """Return the unified social credit code (GB 32100) in its own form.

    Raises
    ------
    Invalid
        With one fault that says what is wrong and how to find the right code.
    """
    code = normalise(value)
    if not code:
        raise _invalid(field, "credit_code.empty", _("请填写统一社会信用代码。"))
    if len(code) == 15 and code.isdigit():
        raise _invalid(field, "credit_code.old", _("这是 15 位的旧注册号。请填写营业执照上 18 位的统一社会信用代码。"))
    if len(code) != CREDIT_CODE_LENGTH:
        message = _("统一社会信用代码应为 18 位，现在是 %(count)s 位。请对照营业执照核对。") % {"count": len(code)}
        raise _invalid(field, "credit_code.length", message)
    wrong = sorted(set(code) - set(_CREDIT_ALPHABET))
    if wrong:
        message = _("统一社会信用代码不含“%(letters)s”（不用 I、O、S、V、Z）。请核对是否与数字混淆。") % {
            "letters": joined(wrong)
        }
        raise _invalid(field, "credit_code.letters", message)
    if code[0] not in _FIRST or not code[2:8].isdigit():
        raise _invalid(field, "credit_code.form", _("统一社会信用代码的前 8 位不符合编码规则。请对照营业执照核对。"))
    if code[:17] + uscc.calc_check_digit(code[:17]) != code:
        raise _invalid(field, "credit_code.check", _("统一社会信用代码的校验位不对，可能有一位填错。请逐位核对。"))
    return code


def lei_code(value: str, field: str = "identifier") -> str:
    """Return the legal entity identifier (ISO 17442) in its own form, or raise `Invalid`."""
    code = normalise(value)
    if not re.fullmatch(r"[0-9A-Z]{18}[0-9]{2}", code):
        raise _invalid(field, "lei.form", _("LEI 为 20 位字母和数字，末两位是数字。请在 LEI 证书上核对。"))
    try:
        return str(lei.validate(code))
    except ValidationError as error:
        raise _invalid(field, "lei.check", _("LEI 的校验位不对，可能有一位填错。请逐位核对。")) from error


def register_number(value: str, field: str = "identifier") -> str:
    """Return the number of a foreign register, or raise `Invalid`. Only its form can be checked."""
    text = " ".join(unicodedata.normalize("NFKC", value).upper().split())
    if not re.fullmatch(r"[0-9A-Z][0-9A-Z .\-/]{2,38}[0-9A-Z]", text):
        raise _invalid(
            field, "register.form", _("登记号为 4 至 40 位字母、数字、点、短横或斜杠。请按登记机关颁发的证明填写。")
        )
    return text


_SCHEMES: Final[dict[str, Callable[[str, str], str]]] = {
    IdentifierScheme.CREDIT_CODE: credit_code,
    IdentifierScheme.LEI: lei_code,
    IdentifierScheme.REGISTER: register_number,
}


def identifier(scheme: str, value: str, country: str = "CN", field: str = "identifier") -> str:
    """Return `value` in the form that `scheme` prescribes, or raise `Invalid`.

    Bodies of the mainland use the credit code; it is given to nobody else.
    """
    if scheme not in _SCHEMES:
        raise _invalid("scheme", "scheme.unknown", _("请选择证件类型。"))
    if (scheme == IdentifierScheme.CREDIT_CODE) != (country == "CN"):
        at_home, abroad = (
            _("境内机构请填写统一社会信用代码。"),
            _("境外机构没有统一社会信用代码，请填写 LEI 或登记号。"),
        )
        raise _invalid("scheme", "scheme.country", at_home if country == "CN" else abroad)
    return _SCHEMES[scheme](value, field)


def region_of(code: str) -> str:
    """Return the region code that a credit code carries: where the body was registered."""
    return code[2:8]


def make_credit_code(region: str, serial: int, first: str = "91") -> str:
    """Return a credit code with valid check characters, for invented bodies.

    Parameters
    ----------
    region
        Six digits; invented bodies use the free range 99xxxx.
    serial
        0 to 99,999,999, written as the body's organisation number.
    first
        Registering department and kind of body: 91 enterprise, 12 public institution, 52 private non-enterprise unit.
    """
    if not re.fullmatch(r"\d{6}", region) or not 0 <= serial < 10**8:
        raise ValueError(f"no credit code for region {region!r} and serial {serial}")
    number = f"{serial:08d}"
    total = sum(
        _ORGANISATION_ALPHABET.index(digit) * weight
        for digit, weight in zip(number, _ORGANISATION_WEIGHTS, strict=True)
    )
    check = "0123456789X0"[11 - total % 11]
    body = f"{first}{region}{number}{check}"
    return body + str(uscc.calc_check_digit(body))


def _invalid(field: str, code: str, message: Text) -> Invalid:
    return Invalid([Fault(field=field, message=message, code=code)])
