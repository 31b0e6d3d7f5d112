"""What the frame itself offers in its menus."""

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.pages import ACCOUNT, FOOT, OPERATIONS, add_page

add_page(ACCOUNT, _("已存搜索"), "web:searches", order=60, icon="bookmark")
add_page(OPERATIONS, _("审计日志"), "web:audit", order=90)
add_page(FOOT, _("数据说明"), "web:data", order=10)
add_page(FOOT, _("披露与隐私"), "web:privacy", order=20)
add_page(FOOT, _("接口"), "web:api", order=30)
