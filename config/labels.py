"""The words for codes: levels, states, circumstances, events. Chinese in the source, English in the catalogue."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _

LEVELS: Final = {"red": _("红色"), "orange": _("橙色"), "yellow": _("黄色"), "green": _("绿色")}

STATES: Final = {
    "received": _("已收到"),
    "assigned": _("已派往"),
    "acknowledged": _("已签收"),
    "visited": _("已见到孩子"),
    "closed": _("已结案"),
}

CHANNELS: Final = {
    "call": _("电话"),
    "sms": _("短信"),
    "web": _("网页"),
    "mandatory": _("强制报告"),
    "12345": _("12345工单"),
}

CIRCUMSTANCES: Final = {
    "genital_injury": _("隐私部位受伤"),
    "sexual_abuse_u14": _("不满14岁遭性侵"),
    "sexual_abuse_14plus": _("14岁以上遭性侵、怀孕"),
    "violence": _("暴力、虐待、殴打"),
    "self_harm": _("自杀、自残、中毒等非正常伤害"),
    "abandonment": _("遗弃、长期无人照料"),
    "missing_trafficked": _("失踪、拐卖、来源不明"),
    "begging": _("被组织乞讨"),
    "other_serious": _("其他严重危险"),
    "neglect": _("照料不周"),
    "guardianship": _("监护人缺位"),
    "schooling": _("失学辍学"),
    "mental_distress": _("情绪困扰"),
    "bullying": _("欺凌"),
    "hardship": _("生活困难"),
    "inquiry": _("咨询"),
    "irrelevant": _("与孩子无关"),
}

CLOCKS: Final = {
    "acknowledge": _("签收"),
    "visit": _("见到孩子"),
    "answer": _("答复报告人"),
    "close": _("办结"),
}

OUTCOMES: Final = {
    "safe": _("核实安全"),
    "supported": _("已帮扶"),
    "placed": _("已安置"),
    "referred": _("已转介"),
    "unfounded": _("情况不实"),
}

HOW: Final = {"sms": _("回复短信"), "link": _("点链接"), "button": _("按按钮")}

NOTICES: Final = {
    "alert": _("派人通知"),
    "regraded": _("告知等级变了"),
    "stand_down": _("告知不必再去"),
    "reply": _("答复短信"),
    "reminder": _("提醒"),
}

PROVIDERS: Final = {"handset": _("演示手机"), "twilio": "Twilio"}

POSTS: Final = {"officer": _("值班员"), "deputy": _("副手"), "county": _("县级中心"), "city": _("市级中心")}

PAUSES: Final = {
    "asked": _("等上级定"),
    "granted": _("暂停中"),
    "refused": _("没有同意"),
    "ended": _("暂停已结束"),
}

RETURNS: Final = {
    "asked": _("待裁定"),
    "accepted": _("已同意，改由别的单位办"),
    "refused": _("没有同意，仍由本单位办"),
}

CAUSES: Final = {
    "clock_missing": _("缺少应有的时钟"),
    "breach_unmarked": _("时限已过，没有记超时"),
    "breach_untold": _("超时以后没有告知上级"),
    "warning_untold": _("快到时限没有提醒"),
    "rung_missing": _("没人签收，也没有排下一级"),
    "rung_late": _("没人签收，该找下一级没有找"),
    "rung_untold": _("轮到的人没有发通知"),
    "notice_unsent": _("通知写了没有送出"),
    "idle_untold": _("签收后没有走访，没有再催"),
    "return_untold": _("退单逾期未裁定，没有告知上级"),
}

EVENTS: Final = {
    "ReportReceived": _("收到报告"),
    "ReportAssessed": _("定级"),
    "AssessmentOverridden": _("人工改定级"),
    "CaseOpened": _("立案，派往责任单位"),
    "CaseRegraded": _("个案等级改变"),
    "RungReached": _("轮到通知"),
    "NoticeQueued": _("通知排队"),
    "NoticeSent": _("通知已送出"),
    "NoticeFailed": _("通知失败"),
    "NoticeUnknown": _("通知是否送到不明"),
    "NoticeCancelled": _("通知取消"),
    "NoticeAcknowledged": _("值班员回复"),
    "NoticeDeclined": _("值班员去不了"),
    "CaseAcknowledged": _("签收，签收时钟停止"),
    "AcknowledgedAgain": _("重复签收"),
    "AcknowledgementWithdrawn": _("签收后又去不了，重新等人签收"),
    "ClockBreached": _("超时"),
    "ClockWarned": _("快到时限，提醒承办人"),
    "BreachEscalated": _("超时，告知上级"),
    "IdleReminded": _("签收后没有走访，再次提醒"),
    "ClockPauseAsked": _("申请暂停时限"),
    "ClockPauseGranted": _("同意暂停"),
    "ClockPauseRefused": _("没有同意暂停"),
    "ClockPauseEnded": _("暂停结束，时钟继续"),
    "CaseReturned": _("退单，请上级裁定"),
    "ReturnOverdue": _("退单逾期未裁定，告知上级"),
    "ReturnDecided": _("退单裁定"),
    "CaseMoved": _("改由别的单位办"),
    "AuditFailed": _("查到漏办"),
    "ChildVisited": _("已见到孩子"),
    "ReporterAnswered": _("已答复报告人"),
    "CaseClosed": _("已结案"),
    "MessageReceived": _("收到短信"),
    "PatternSet": _("改了每周排班"),
    "ShiftAdded": _("加了临时班"),
    "LeaveAdded": _("登记请假"),
    "PeriodRemoved": _("取消临时班或请假"),
    "SwapProposed": _("提出换班"),
    "SwapAnswered": _("答复换班"),
    "OfficerDeparted": _("值班员离任"),
    "CaseHandedOver": _("个案移交接手人"),
    "FeedMade": _("生成值班日历地址"),
    "FeedRevoked": _("停用值班日历地址"),
    "ListTakenOver": _("导入了单位和人员"),
    "ListTakenOut": _("导出了单位和人员"),
    "SignedIn": _("登录"),
    "SignInRefused": _("登录被拒"),
}

DEMO: Final = (
    _("乡镇值班员"),
    _("县级督导"),
    _("市级督导"),
    _("看本站的个案，按“签收”，记走访，结案"),
    _("看全县的个案，谁还没签收"),
    _("看全市的个案和每一步时间"),
)
"""What `config.demo` says of the sign-ins; here so that it is in the catalogue."""

TEMPLATE_NAMES: Final[dict[str, Any]] = {
    "LEVELS": LEVELS,
    "STATES": STATES,
    "CHANNELS": CHANNELS,
    "CIRCUMSTANCES": CIRCUMSTANCES,
    "CLOCKS": CLOCKS,
    "OUTCOMES": OUTCOMES,
    "HOW": HOW,
    "NOTICES": NOTICES,
    "PROVIDERS": PROVIDERS,
    "POSTS": POSTS,
    "EVENTS": EVENTS,
    "PAUSES": PAUSES,
    "RETURNS": RETURNS,
    "CAUSES": CAUSES,
}
