"""What an organisation says of itself, brought into its own form. Pages, API and import all pass through here."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Fault, Invalid

from ..enums import Cultivation, IdentifierScheme, OrganisationKind
from ..identifiers import identifier
from ..models import Organisation
from ..reference import Register, industries, regions

IDENTITY = ("kind", "name", "scheme", "identifier", "country")
#: What the operator has vouched for: after verification only the operator changes it.
VOUCHED = (*IDENTITY, "cultivation", "cultivation_certificate", "cultivation_expires", "leads_chain")
PROFILE = (*VOUCHED, "name_en", "short_name", "industry", "region", "address", "founded", "introduction")
#: Codes of a list: what is not in it is wrong, however long.
CODES = ("industry", "region")
OLDEST = 1600


def clean_profile(values: Mapping[str, Any], current: Organisation | None = None) -> dict[str, Any]:
    """Return the given fields in their own form.

    Parameters
    ----------
    values
        Fields of ``PROFILE``; what is not named stays as it is.
    current
        The organisation as it stands; None for a new one.

    Raises
    ------
    Invalid
        With every fault at once.
    """
    unknown = sorted(set(values) - set(PROFILE))
    faults = [Fault(name, _("没有这个字段。"), "field.unknown") for name in unknown]
    found = {name: _plain(name, value) for name, value in values.items() if name in PROFILE}
    present = current or Organisation()
    whole = {name: found[name] if name in found else getattr(present, name) for name in PROFILE}
    faults += _text_faults(found)
    faults += _kind_faults(found, current)
    faults += _code_faults(found, current)
    faults += _founded_faults(found)
    faults += _cultivation_faults(found, whole)
    if current is None or any(whole[name] != getattr(current, name) for name in ("scheme", "identifier", "country")):
        faults += _identify(found, whole)
    if faults:
        raise Invalid(faults)
    return found


def one_line(text: str) -> str:
    """Return the text on one line, without control characters: it may go into a file name or a mail header."""
    return " ".join("".join(each if each.isprintable() else " " for each in unicodedata.normalize("NFC", text)).split())


def _lines(text: str) -> str:
    kept = "".join(each for each in text.replace("\r\n", "\n") if each == "\n" or each.isprintable())
    return re.sub(r"\n{3,}", "\n\n", kept).strip()


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, str) and name in ("founded", "cultivation_expires"):
        value = value.strip() or None
    if not isinstance(value, str):
        return value
    if name == "introduction":
        return _lines(value)
    text = one_line(value)
    return text.upper() if name == "country" else text


def _text_faults(found: dict[str, Any]) -> list[Fault]:
    faults = []
    for name, value in found.items():
        field = Organisation._meta.get_field(name)
        longest = getattr(field, "max_length", None)
        if name not in CODES and isinstance(value, str) and longest and len(value) > longest:
            faults.append(Fault(name, _("最多%(most)s个字。") % {"most": longest}, "text.long"))
    if "name" in found and not found["name"]:
        faults.append(Fault("name", _("请填写机构名称，与证照一致。"), "name.empty"))
    if "country" in found and not re.fullmatch(r"[A-Z]{2}", str(found["country"])):
        faults.append(Fault("country", _("请用两位字母的国家或地区代码，例如 CN、DE。"), "country.form"))
    return faults


def _kind_faults(found: dict[str, Any], current: Organisation | None) -> list[Fault]:
    """An operator is set up on the server, never through a page."""
    if "kind" not in found and current is not None:
        return []
    kind = found.get("kind", "")
    unchanged = current is not None and kind == current.kind
    if kind not in OrganisationKind.values or (
        not unchanged and OrganisationKind.OPERATOR in (kind, current.kind if current else "")
    ):
        return [Fault("kind", _("请选择机构类型。"), "kind.unknown")]
    return []


def _code_faults(found: dict[str, Any], current: Organisation | None) -> list[Fault]:
    faults = []
    for name, register, message in (
        ("industry", industries, _("请从《国民经济行业分类》中选择行业，填到大类或中类，例如 36、367。")),
        ("region", regions, _("请从行政区划中选择地区，填 6 位代码，例如 330106。")),
    ):
        value = found.get(name)
        if not value:
            continue
        code = _canonical(register, value)
        if code is None and current is not None and value == getattr(current, name):
            code = value
        if code is None:
            faults.append(Fault(name, message, f"{name}.unknown"))
        else:
            found[name] = code
    return faults


def _canonical(register: Register, value: str) -> str | None:
    entry = register.get(value)
    if entry is None and register is industries:
        # a class of four digits counts by its group, and is kept as it was written
        nearest, code = register.nearest(value), register.canonical(value)
        return code if nearest and re.fullmatch(r"\d{4}", code) and nearest.code == code[:3] else None
    return entry.code if entry is not None and register.is_offered(entry.code) else None


def _founded_faults(found: dict[str, Any]) -> list[Fault]:
    value = found.get("founded")
    if value is None:
        return []
    try:
        year = int(value)
    except (TypeError, ValueError):
        year = 0
    if not OLDEST <= year <= datetime.now(UTC).year:
        return [Fault("founded", _("请填写四位年份，不晚于今年。"), "founded.range")]
    found["founded"] = year
    return []


def _cultivation_faults(found: dict[str, Any], whole: dict[str, Any]) -> list[Fault]:
    if not {"cultivation", "cultivation_certificate", "cultivation_expires"} & set(found):
        return []
    level, faults = whole["cultivation"], []
    if level not in Cultivation.values:
        return [Fault("cultivation", _("请选择梯度培育级别。"), "cultivation.unknown")]
    if not level:
        found |= {"cultivation": "", "cultivation_certificate": "", "cultivation_expires": None}
        return []
    if not whole["cultivation_certificate"]:
        faults.append(Fault("cultivation_certificate", _("请填写证书编号。"), "cultivation.certificate"))
    expires = whole["cultivation_expires"]
    if isinstance(expires, str):
        try:
            expires = found["cultivation_expires"] = date.fromisoformat(expires)
        except ValueError:
            expires = None
    if not isinstance(expires, date):
        faults.append(Fault("cultivation_expires", _("请填写有效期截止日，例如 2028-12-31。"), "cultivation.expires"))
    return faults


def _identify(found: dict[str, Any], whole: dict[str, Any]) -> list[Fault]:
    try:
        found["identifier"] = identifier(
            whole["scheme"] or IdentifierScheme.CREDIT_CODE, str(whole["identifier"] or ""), str(whole["country"])
        )
    except Invalid as refusal:
        return refusal.faults
    return []
