"""What the audit trail's codes are called: every verb, every kind of object, and the states the two pass through.

A verb or a table without its words here fails ``test_audit.py``.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.models import AuditEntry
from rongtong.hub.innovation.enums import ConflictState, Consent
from rongtong.hub.organisations.enums import MemberState, TokenState

VERBS: dict[str, Text] = {
    "account.edit": _("修改账户"),
    "agreement.accept": _("接受协议报价"),
    "agreement.decline": _("谢绝协议报价"),
    "agreement.draft": _("草拟协议报价"),
    "agreement.end": _("提议或同意终止协议"),
    "agreement.expire": _("协议到期"),
    "agreement.offer": _("发出协议报价"),
    "agreement.open": _("开始洽谈协议"),
    "agreement.sign": _("签署协议"),
    "agreement.withdraw": _("撤回协议"),
    "analysis.start": _("开始韧性分析"),
    "backup.make": _("备份数据"),
    "capability.create": _("填写能力"),
    "capability.delete": _("删除能力"),
    "capability.edit": _("修改能力"),
    "capability.publish": _("发布能力"),
    "capability.withdraw": _("下架能力"),
    "chain.appoint": _("任命链主"),
    "chain.close": _("停用产业链"),
    "chain.create": _("新建产业链"),
    "chain.edit": _("修改产业链"),
    "chain.reopen": _("恢复产业链"),
    "chain.set_products": _("填写产业链的产品"),
    "challenge.amend": _("更正榜单"),
    "challenge.apply_import": _("导入需求"),
    "challenge.check_import": _("检查需求表"),
    "challenge.close": _("结束揭榜"),
    "challenge.copy": _("复制需求"),
    "challenge.create": _("填写需求"),
    "challenge.discard_import": _("放弃需求表"),
    "challenge.edit": _("修改需求"),
    "challenge.invite": _("邀请揭榜"),
    "challenge.publish": _("发布榜单"),
    "challenge.rename_import": _("对应需求表的列"),
    "challenge.return": _("退回需求"),
    "challenge.screen": _("通过需求审核"),
    "challenge.split": _("拆分需求"),
    "challenge.submit": _("提交需求"),
    "challenge.undo_import": _("撤销需求导入"),
    "challenge.unwatch": _("取消收藏榜单"),
    "challenge.watch": _("收藏榜单"),
    "challenge.withdraw": _("撤回榜单"),
    "collaboration.complete": _("验收攻关项目"),
    "collaboration.open": _("建立攻关项目"),
    "collaboration.report_result": _("填报攻关成果"),
    "collaboration.terminate": _("终止攻关项目"),
    "conformity.answer": _("填写自评"),
    "conformity.ask": _("要求供方自评"),
    "conformity.conclude": _("作出审核结论"),
    "conformity.drop": _("删除自评"),
    "conformity.expire": _("符合性到期"),
    "conformity.judge": _("审核自评"),
    "conformity.keep_data": _("保留数据文件"),
    "conformity.recall": _("撤回自评"),
    "conformity.revoke": _("撤销符合性"),
    "conformity.show": _("出示符合性"),
    "conformity.start": _("开始自评"),
    "conformity.submit": _("提交自评"),
    "day_plan.adopt": _("采用对接日程"),
    "day_plan.discard": _("放弃对接日程"),
    "document.attach": _("上传附件"),
    "document.check": _("查验附件"),
    "document.read": _("读取附件"),
    "document.remove": _("移除附件"),
    "exposure.cap": _("设定展示上限"),
    "firm.resolve": _("认领企业"),
    "invitation.open": _("打开揭榜邀请"),
    "job.cancel": _("停止任务"),
    "log.checkpoint": _("签发检查点"),
    "log.halt": _("停止透明日志"),
    "log.resume": _("恢复透明日志"),
    "log.rotate": _("轮换日志密钥"),
    "link.apply_import": _("导入供需关系"),
    "link.check_import": _("检查供需关系表"),
    "link.conceal": _("隐去供方"),
    "link.create": _("填报供需关系"),
    "link.decide_import": _("认定表中的企业"),
    "link.discard_import": _("放弃供需关系表"),
    "link.edit": _("修改供需关系"),
    "link.rename_import": _("对应供需关系表的列"),
    "link.undo_import": _("撤销供需关系导入"),
    "link.withdraw": _("撤回供需关系"),
    "matchmaking.cancel": _("取消对接会"),
    "matchmaking.create": _("筹备对接会"),
    "matchmaking.edit": _("修改对接会"),
    "matchmaking.finish": _("结束对接会"),
    "matchmaking.invite": _("邀请参加对接会"),
    "matchmaking.open": _("开放对接会报名"),
    "matchmaking.plan": _("排定对接会日程"),
    "matchmaking.publish": _("公布对接会日程"),
    "matchmaking.set_table": _("设置洽谈桌"),
    "meeting.feedback": _("反馈洽谈"),
    "member.accept": _("接受成员邀请"),
    "member.change_role": _("修改成员角色"),
    "member.end": _("结束成员身份"),
    "member.invite": _("邀请成员"),
    "member.withdraw_invitation": _("撤回成员邀请"),
    "milestone.accept": _("验收里程碑"),
    "milestone.agree": _("同意里程碑调整"),
    "milestone.decline": _("不同意里程碑调整"),
    "milestone.deliver": _("提交里程碑"),
    "milestone.propose": _("提出里程碑调整"),
    "milestone.return": _("退回里程碑"),
    "nda.sign": _("签署保密协议"),
    "notice.read": _("读通知"),
    "organisation.add_certificate": _("添加证书"),
    "organisation.apply_import": _("导入机构"),
    "organisation.check_import": _("检查机构表"),
    "organisation.decide_import": _("处理疑似重复"),
    "organisation.discard_import": _("放弃机构表"),
    "organisation.edit": _("修改机构资料"),
    "organisation.figures": _("修改年度数据"),
    "organisation.register": _("登记机构"),
    "organisation.remove_certificate": _("删除证书"),
    "organisation.rename_import": _("对应机构表的列"),
    "organisation.restore": _("恢复机构"),
    "organisation.return": _("退回机构资料"),
    "organisation.submit": _("提交核验"),
    "organisation.suspend": _("停用机构"),
    "organisation.undo_import": _("撤销机构导入"),
    "organisation.verify": _("核验机构"),
    "participation.adjust": _("调整参会安排"),
    "participation.answer": _("答复参会邀请"),
    "participation.ask": _("请求洽谈"),
    "participation.withdraw": _("退出对接会"),
    "partner.change": _("修改成员分工"),
    "partner.consent": _("同意加入联合体"),
    "partner.refuse": _("谢绝加入联合体"),
    "partner.remind": _("提醒联合体成员"),
    "partner.remove": _("移除联合体成员"),
    "question.answer": _("答复提问"),
    "question.ask": _("提出问题"),
    "recovery.cancel": _("撤销账户恢复"),
    "recovery.complete": _("移除第二重验证"),
    "recovery.open": _("受理账户恢复"),
    "response.add_partner": _("邀请联合体成员"),
    "response.reopen": _("重新填写揭榜书"),
    "response.save": _("保存揭榜书"),
    "response.split": _("拆分需求（揭榜方）"),
    "response.start": _("开始揭榜"),
    "response.submit": _("提交揭榜书"),
    "response.withdraw": _("撤回揭榜书"),
    "reviewer.declare": _("声明利益冲突"),
    "reviewer.hand_in": _("提交评审"),
    "reviewer.remove": _("撤下评审人"),
    "reviewer.save_sheet": _("保存评分表"),
    "round.advance": _("推进批次"),
    "round.create": _("新建批次"),
    "round.edit": _("修改批次"),
    "scenario.create": _("推演情景"),
    "scenario.share": _("共享推演情景"),
    "search.forget": _("删除保存的搜索"),
    "search.save": _("保存搜索"),
    "selection.assign_reviewer": _("指定评审人"),
    "selection.award": _("公布遴选结果"),
    "selection.close_without_award": _("结束遴选，无中选方"),
    "selection.set_criteria": _("确定评分标准"),
    "standard.arrange": _("设定标准的公开与审核"),
    "standard.create": _("起草标准"),
    "standard.delete": _("删除标准草稿"),
    "standard.edit": _("修改标准草稿"),
    "standard.publish": _("发布标准"),
    "standard.revise": _("起草标准新版"),
    "standard.withdraw": _("废止标准"),
    "statement.audit": _("核查结算单"),
    "statement.confirm": _("确认结算单"),
    "statement.enter": _("填报结算单"),
    "statement.return": _("退回结算单"),
    "statement.revise": _("修改结算单"),
    "technology.create": _("登记技术成果"),
    "technology.delete": _("删除技术成果"),
    "technology.edit": _("修改技术成果"),
    "technology.publish": _("发布技术成果"),
    "technology.withdraw": _("下架技术成果"),
    "token.create": _("创建令牌"),
    "token.revoke": _("吊销令牌"),
    "webhook.create": _("登记推送地址"),
    "webhook.delete": _("删除推送地址"),
    "webhook.edit": _("修改推送地址"),
    "webhook.pause": _("暂停事件推送"),
    "webhook.replay": _("重新推送"),
    "webhook.resume": _("恢复事件推送"),
    "webhook.rotate": _("轮换推送密钥"),
    "webhook.test": _("测试事件推送"),
}
OBJECTS: dict[str, Text] = {
    "foundation.importbatch": _("导入的表"),
    "foundation.job": pgettext_lazy("audit", "任务"),
    "foundation.notice": pgettext_lazy("audit", "通知"),
    "foundation.savedsearch": _("保存的搜索"),
    "industry.analysis": _("韧性分析"),
    "industry.chain": pgettext_lazy("one", "产业链"),
    "industry.conformity": _("符合性"),
    "industry.firm": pgettext_lazy("audit", "企业"),
    "industry.product": pgettext_lazy("audit", "产品"),
    "industry.pseudonym": _("供方代号"),
    "industry.scenario": _("推演情景"),
    "industry.standard": pgettext_lazy("audit", "标准"),
    "industry.supplylink": _("供需关系"),
    "industry.weaklink": pgettext_lazy("one", "薄弱环节"),
    "innovation.agreement": pgettext_lazy("audit", "协议"),
    "innovation.award": _("遴选结果"),
    "innovation.capability": pgettext_lazy("audit", "能力"),
    "innovation.challenge": pgettext_lazy("audit", "榜单"),
    "innovation.challengeinvitation": _("揭榜邀请"),
    "innovation.collaboration": _("攻关项目"),
    "innovation.grant": _("许可范围"),
    "innovation.milestone": pgettext_lazy("audit", "里程碑"),
    "innovation.partner": _("联合体成员"),
    "innovation.question": pgettext_lazy("audit", "提问"),
    "innovation.response": _("揭榜书"),
    "innovation.reviewer": _("评审人"),
    "innovation.round": pgettext_lazy("audit", "批次"),
    "innovation.scoresheet": _("评分表"),
    "innovation.statement": pgettext_lazy("audit", "结算单"),
    "innovation.technology": pgettext_lazy("audit", "技术成果"),
    "matching.dayplan": _("对接日程"),
    "matching.matchmakingday": _("对接会"),
    "matching.meeting": _("洽谈"),
    "matching.participation": _("参会"),
    "organisations.account": _("账户"),
    "organisations.certificate": _("证书"),
    "organisations.invitation": _("成员邀请"),
    "organisations.member": pgettext_lazy("audit", "成员"),
    "organisations.organisation": pgettext_lazy("audit", "机构"),
    "organisations.recovery": _("账户恢复"),
    "organisations.token": pgettext_lazy("audit", "访问令牌"),
    "organisations.webhook": _("推送地址"),
    "organisations.webhookdelivery": _("推送记录"),
    "organisations.yearfigures": pgettext_lazy("audit", "年度数据"),
    "trust.document": pgettext_lazy("audit", "附件"),
    "trust.loghead": _("透明日志"),
    "trust.logkey": _("日志密钥"),
    "trust.nondisclosureagreement": _("保密协议"),
}
#: States that are no column of their table.
_WORKED_OUT: dict[str, dict[str, Text]] = {
    "innovation.partner": dict(Consent.choices),
    "innovation.question": {"asked": _("待答复"), "answered": _("已答复")},
    "innovation.reviewer": dict(ConflictState.choices),
    "organisations.member": dict(MemberState.choices),
    "organisations.token": dict(TokenState.choices),
}


def verb_label(verb: str) -> Text:
    """The words for a verb; the code itself for one of a former version of the hub."""
    return VERBS.get(verb, verb)


def object_label(label: str) -> Text:
    """The words for a kind of object."""
    return OBJECTS.get(label, label)


def state_label(label: str, state: str) -> Text | None:
    """The words for a state of a kind of object; None where that kind has no such state."""
    worked_out = _WORKED_OUT.get(label)
    if worked_out is not None:
        return worked_out.get(state)
    try:
        field: Any = apps.get_model(label)._meta.get_field("state")
    except (LookupError, ValueError, FieldDoesNotExist):
        return None
    return dict(field.choices or ()).get(state)


def states_of(entry: AuditEntry) -> tuple[Text, Text]:
    """Before and after in words. Before may be told of what the object was made in, after of the object made."""
    kinds = [entry.context_type, entry.subject_type]
    return _first(kinds, entry.before), _first(kinds[::-1], entry.after)


def _first(kinds: list[str], state: str) -> Text:
    found = (state_label(kind, state) for kind in kinds if kind)
    return next((words for words in found if words is not None), state)
