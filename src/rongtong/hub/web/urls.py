"""Addresses of the frame."""

from django.urls import path

from .views import audit, desk, home, house, notices, search

app_name = "web"
urlpatterns = [
    path("", home.home, name="home"),
    path("desk/", desk.desk, name="desk"),
    path("search/", search.search, name="search"),
    path("searches/", search.searches, name="searches"),
    path("searches/save/", search.save, name="save_search"),
    path("searches/<uuid:pk>/forget/", search.forget, name="forget_search"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<uuid:pk>/", notices.notice, name="notice"),
    path("jobs/<uuid:pk>/", house.job, name="job"),
    path("jobs/<uuid:pk>/cancel/", house.cancel, name="cancel_job"),
    path("language/", house.language, name="language"),
    path("mail/", house.mail, name="mail"),
    path("about/data/", house.data, name="data"),
    path("about/privacy/", house.privacy, name="privacy"),
    path("about/api/", house.api, name="api"),
    path("operations/audit/", audit.audit, name="audit"),
    path("robots.txt", house.robots, name="robots"),
]
