"""The words for units, posts, columns of lists, and what can be wrong with a line of one."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _

UNIT_KINDS: Final = {
    "province": _("省级中心"),
    "city": _("市级中心"),
    "county": _("县级中心"),
    "station": _("乡镇工作站"),
    "home": _("儿童之家"),
}

STAFF_POSTS: Final = {
    "officer": _("值班员"),
    "supervisor": _("督导员"),
    "deputy": _("副手"),
    "director": _("儿童主任"),
    "helper": _("志愿者"),
}

UNIT_COLUMNS: Final = {
    "kind": _("类别"),
    "code": _("区划代码"),
    "name": _("名称"),
    "parent": _("上级代码"),
    "phone": _("电话"),
    "email": _("邮箱"),
    "covers": _("负责区划"),
    "since": _("启用日期"),
    "until": _("停用日期"),
}

STAFF_COLUMNS: Final = {
    "id": _("编号"),
    "unit": _("单位代码"),
    "name": _("姓名"),
    "post": _("职务"),
    "phone": _("电话"),
    "email": _("邮箱"),
    "villages": _("负责村"),
    "since": _("起始日期"),
    "until": _("离任日期"),
}

LIST_PROBLEMS: Final = {
    "encoding": _("编码既不是UTF-8也不是GB18030"),
    "file": _("不是能读的CSV或Excel（.xlsx）文件"),
    "old_excel": _("是旧版（.xls）或加了密码的Excel，请另存为不加密的.xlsx"),
    "oversize": _("文件太大，或解开后太大"),
    "rows": _("行数太多"),
    "no_table": _("认不出表头，既不是单位表也不是人员表"),
    "no_column": _("缺这一列"),
    "unknown_column": _("不认识这一列"),
    "doubled_column": _("这一列重复"),
    "formula": _("是公式，或会被表格软件当成公式"),
    "missing": _("没有填"),
    "too_long": _("太长"),
    "bad_code": _("不是2、4、6、9或12位的区划代码"),
    "unknown_code": _("区划表里没有这个代码"),
    "unknown_kind": _("不认识这个类别"),
    "kind_and_code": _("代码的位数和类别对不上"),
    "no_parent": _("没有上级单位"),
    "unknown_parent": _("表里和系统里都没有这个上级单位"),
    "wrong_parent": _("不能归这个上级管"),
    "doubled_unit": _("同一个单位写了两行"),
    "not_yours": _("不在您的辖区内"),
    "covers_kind": _("只有工作站能负责别的区划"),
    "overlap": _("已有别的站负责"),
    "unknown_unit": _("表里和系统里都没有这个单位"),
    "unknown_post": _("不认识这个职务"),
    "wrong_post": _("这类单位没有这个职务"),
    "bad_phone": _("不是电话号码：11位手机号，或带区号的座机"),
    "doubled_phone": _("这个电话别人已经用了（表里或系统里）"),
    "bad_email": _("不是邮箱地址"),
    "unknown_village": _("本站辖区里没有这个村，请写12位代码"),
    "no_village": _("儿童主任要写负责哪个村"),
    "bad_date": _("不是日期，例如2026-03-01"),
    "ends_before": _("结束比开始还早"),
    "unknown_id": _("没有这个编号的人"),
    "doubled_person": _("同一个人写了两行"),
}

DUTY_FAULTS: Final = {
    "bad_weekday": _("不是星期一到星期日"),
    "bad_time": _("不是时间，例如08:00"),
    "bad_date": _("不是日期和时间，例如2026-03-01 08:00"),
    "unknown_officer": _("本单位没有这个值班人员"),
    "departed": _("到那时已离任"),
    "overlap": _("和同一个人的另一班重叠"),
    "ends_before": _("结束不晚于开始"),
    "self": _("不能和自己换班"),
    "past": _("已经过去"),
    "too_long": _("超过一年"),
    "state": _("已经答复过"),
    "not_asked": _("只有被问的人能答复"),
    "successor": _("接手人要是另一个在岗、有电话的人"),
}

DUTY_FIELDS: Final = {
    "officer": _("人员"),
    "weekday": _("星期"),
    "begins": _("开始"),
    "ends": _("结束"),
    "gives": _("让出的人"),
    "takes": _("接班的人"),
    "state": _("换班"),
    "successor": _("接手人"),
    "until": _("最后一天"),
}

HOLES: Final = {
    "nobody": _("没有人值班"),
    "departed": _("当班的人已离任"),
    "leave": _("当班的人请假"),
    "phone": _("当班的人没有电话"),
}

WEEKDAYS: Final = (
    _("星期一"),
    _("星期二"),
    _("星期三"),
    _("星期四"),
    _("星期五"),
    _("星期六"),
    _("星期日"),
)

TEMPLATE_NAMES: Final[dict[str, Any]] = {
    "UNIT_KINDS": UNIT_KINDS,
    "STAFF_POSTS": STAFF_POSTS,
    "UNIT_COLUMNS": UNIT_COLUMNS,
    "STAFF_COLUMNS": STAFF_COLUMNS,
    "LIST_PROBLEMS": LIST_PROBLEMS,
    "DUTY_FAULTS": DUTY_FAULTS,
    "DUTY_FIELDS": DUTY_FIELDS,
    "HOLES": HOLES,
    "WEEKDAYS": WEEKDAYS,
}
