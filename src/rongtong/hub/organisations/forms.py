"""What comes in through pages about those who take part."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.formatting import bracketed
from rongtong.hub.foundation.forms import RoomForm, row_set

from .domain.tokens import LONGEST, grantable_scopes
from .domain.webhook_events import event_choices
from .domain.webhooks import MOST_CHANGEOVER
from .enums import Cultivation, IdentifierScheme, Language, OrganisationKind, Role
from .models import Account, Member, Organisation, Webhook
from .reference import Register, industries, regions

KINDS = [choice for choice in OrganisationKind.choices if choice[0] != OrganisationKind.OPERATOR]
#: A securities code comes with imported data only; a page may keep it, never give it.
SCHEMES = [choice for choice in IdentifierScheme.choices if choice[0] != IdentifierScheme.SECURITIES]
MOST_UPLOAD = 5 * 1024 * 1024
SCOPE_LABELS = {
    "organisation": pgettext_lazy("scope", "机构资料"),
    "challenge": pgettext_lazy("scope", "榜单"),
    "response": pgettext_lazy("scope", "揭榜"),
    "capability": pgettext_lazy("scope", "能力"),
    "round": pgettext_lazy("scope", "批次"),
    "chain": pgettext_lazy("scope", "产业链"),
    "link": pgettext_lazy("scope", "供需关系"),
    "selection": pgettext_lazy("scope", "遴选"),
    "award": pgettext_lazy("scope", "入选"),
    "collaboration": pgettext_lazy("scope", "合作"),
    "milestone": pgettext_lazy("scope", "里程碑"),
    "document": pgettext_lazy("scope", "文件"),
    "nda": pgettext_lazy("scope", "保密协议"),
    "question": pgettext_lazy("scope", "问答"),
    "notice": pgettext_lazy("scope", "消息"),
    "search": pgettext_lazy("scope", "已存搜索"),
    "listing": pgettext_lazy("scope", "匹配条目"),
    "match": pgettext_lazy("scope", "匹配"),
    "member": pgettext_lazy("scope", "成员"),
    "job": pgettext_lazy("scope", "后台任务"),
    "report": pgettext_lazy("scope", "报告"),
    "webhook": pgettext_lazy("scope", "事件推送"),
}


class ProfileForm(RoomForm):
    """An organisation's profile, ``without`` the fields that this person may not change."""

    kind = forms.ChoiceField(label=_("机构类型"), choices=KINDS)
    name = forms.CharField(label=_("机构名称"), max_length=200, help_text=_("与营业执照或登记证书一致"))
    short_name = forms.CharField(label=_("简称"), max_length=60, required=False)
    name_en = forms.CharField(label=_("英文名称"), max_length=200, required=False)
    country = forms.CharField(label=_("国家或地区"), max_length=2, initial="CN", help_text=_("两位字母代码，中国填 CN"))
    scheme = forms.ChoiceField(label=_("证件类型"), choices=SCHEMES)
    identifier = forms.CharField(label=_("证件号码"), max_length=60)
    industry = forms.CharField(label=_("行业代码"), max_length=6, required=False)
    region = forms.CharField(label=_("地区代码"), max_length=6, required=False)
    address = forms.CharField(label=_("地址"), max_length=200, required=False)
    founded = forms.IntegerField(label=_("成立年份"), required=False)
    introduction = forms.CharField(
        label=_("简介"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    cultivation = forms.ChoiceField(label=_("梯度培育"), choices=Cultivation.choices, required=False)
    cultivation_certificate = forms.CharField(label=_("证书编号"), max_length=60, required=False)
    cultivation_expires = forms.DateField(
        label=_("有效期至"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    leads_chain = forms.CharField(label=_("所任链主的产业链"), max_length=60, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    examples = {
        "identifier": _("例：统一社会信用代码 18 位"),
        "industry": _("按《国民经济行业分类》，填到大类或中类，例：36、367"),
        "region": _("6 位行政区划代码，例：330106"),
        "introduction": _("主要产品、能力与客户；所有人可见"),
        "leads_chain": _("仅链主企业填写，例：隧道掘进装备"),
    }
    short = {"country", "founded", "cultivation_expires", "industry", "region"}

    def __init__(self, *args: Any, without: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in without:
            del self.fields[name]
        if "scheme" in self.fields and self.initial.get("scheme") == IdentifierScheme.SECURITIES:
            self.fields["scheme"].choices = IdentifierScheme.choices  # type: ignore[attr-defined]  # a choice field
        for name, register in (("industry", industries), ("region", regions)):
            self.fields[name].widget.attrs["list"] = f"{name}-codes"
            self.fields[name].help_text = self._named(name, register)

    def _named(self, name: str, register: Register) -> Any:
        """Below a code stands what it means, once one is given."""
        value = self.data.get(name) if self.is_bound else self.initial.get(name)
        entry = register.get(str(value)) if value else None
        return " · ".join(step.label() for step in register.path(entry.code)) if entry else ""

    def values(self) -> dict[str, Any]:
        """The profile as the verb takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    @classmethod
    def of(cls, organisation: Organisation, without: tuple[str, ...]) -> "ProfileForm":
        initial = {name: getattr(organisation, name) for name in cls.base_fields}
        return cls(initial=initial, without=without)


class YearForm(forms.Form):
    year = forms.IntegerField(label=_("年度"), min_value=1990)
    headcount = forms.IntegerField(label=_("从业人员"), min_value=0, required=False)
    revenue = forms.DecimalField(label=_("营业收入"), min_value=0, max_digits=14, decimal_places=6, required=False)
    assets = forms.DecimalField(label=_("资产总额"), min_value=0, max_digits=14, decimal_places=6, required=False)


Years = row_set(YearForm, least=0, most=15, extra=1)


class CertificateForm(RoomForm):
    code = forms.CharField(label=pgettext_lazy("one", "证书"), max_length=60)
    number = forms.CharField(label=_("编号"), max_length=80, required=False)
    expires = forms.DateField(label=_("有效期至"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    examples = {"code": _("例：ISO 9001、CNAS、GJB 9001C")}
    short = {"expires"}


class ReasonForm(RoomForm):
    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    examples = {"reason": _("写明哪里不符、怎样改，对方会看到这段话")}


class RecoveryForm(RoomForm):
    email = forms.EmailField(label=_("账户的电子邮箱"), max_length=254)
    proof = forms.CharField(label=_("身份核对"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))
    examples = {"proof": _("何时、用什么方式、核对了什么证件或信息，由谁核对")}


class InviteForm(RoomForm):
    email = forms.EmailField(label=_("电子邮箱"), max_length=254)
    role = forms.ChoiceField(label=_("角色"), choices=Role.choices)
    examples = {"email": _("邀请函寄到这个邮箱，链接 14 天内有效")}

    def __init__(self, *args: Any, roles: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [choice for choice in Role.choices if choice[0] in roles]  # type: ignore[attr-defined]  # a choice field


class RoleForm(RoomForm):
    role = forms.ChoiceField(label=_("角色"), choices=Role.choices)
    title = forms.CharField(label=_("部门与职务"), max_length=80, required=False)

    def __init__(self, *args: Any, roles: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [choice for choice in Role.choices if choice[0] in roles]  # type: ignore[attr-defined]  # a choice field

    @classmethod
    def of(cls, member: Member, roles: tuple[str, ...]) -> "RoleForm":
        return cls(initial={"role": member.role, "title": member.title}, roles=roles)


class TokenForm(RoomForm):
    name = forms.CharField(label=_("名称"), max_length=80)
    days = forms.IntegerField(label=_("有效期"), min_value=1, max_value=LONGEST.days, initial=90)
    scopes = forms.MultipleChoiceField(label=_("授权范围"), widget=forms.CheckboxSelectMultiple)
    examples = {"name": _("例：ERP 接口"), "scopes": _("只勾选程序用得着的；未勾选的一律拒绝")}
    units = {"days": _("天")}
    short = {"days"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope, _scope_label(scope)) for scope in grantable_scopes()]  # type: ignore[attr-defined]  # a choice field


def _scope_label(scope: str) -> Any:
    noun, _colon, what = scope.partition(":")
    label = SCOPE_LABELS.get(noun, noun)
    text = _("读取%(noun)s") if what == "read" else _("办理%(noun)s")
    return f"{text % {'noun': label}}{bracketed(scope)}"


class WebhookForm(RoomForm):
    name = forms.CharField(label=_("名称"), max_length=80)
    url = forms.CharField(label=_("推送地址"), max_length=500, widget=forms.TextInput(attrs={"inputmode": "url"}))
    events = forms.MultipleChoiceField(label=_("事件"), required=False, widget=forms.CheckboxSelectMultiple)
    examples = {
        "name": _("例：采购系统"),
        "url": _("接收系统的 https 地址，须能从公网访问，例如 https://erp.example.cn/hooks"),
        "events": _("不勾选则推送全部事件，以后新增的也包括在内"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(name, f"{label}{bracketed(name)}") for name, label in event_choices()]
        self.fields["events"].choices = choices  # type: ignore[attr-defined]  # a choice field

    @classmethod
    def of(cls, webhook: Webhook) -> "WebhookForm":
        return cls(initial={name: getattr(webhook, name) for name in cls.base_fields})


class RotateForm(RoomForm):
    hours = forms.IntegerField(
        label=_("过渡期"), min_value=0, max_value=int(MOST_CHANGEOVER.total_seconds() // 3600), initial=24
    )
    examples = {"hours": _("其间每条消息带新旧两个签名；旧密钥已泄露时填 0")}
    units = {"hours": _("小时")}
    short = {"hours"}


class AccountForm(RoomForm):
    name = forms.CharField(label=_("姓名"), max_length=80)
    name_en = forms.CharField(label=_("英文姓名"), max_length=120, required=False)
    phone = forms.CharField(label=_("手机"), max_length=40, required=False)
    language = forms.ChoiceField(label=_("语言"), choices=Language.choices)
    examples = {"language": _("页面和邮件所用的语言"), "phone": _("仅本单位同事和运营方可见")}

    @classmethod
    def of(cls, account: Account) -> "AccountForm":
        return cls(initial={name: getattr(account, name) for name in cls.base_fields})


class UploadForm(RoomForm):
    file = forms.FileField(label=_("Excel 或 CSV 文件"), widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}))
    examples = {"file": _("不超过 5 MB、5000 行；第一张工作表")}

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_UPLOAD:
            raise forms.ValidationError(_("文件超过 5 MB。请拆成几个文件，分别上传。"))
        return file
