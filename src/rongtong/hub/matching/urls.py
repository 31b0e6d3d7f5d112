"""Addresses of matchmaking days."""

from django.urls import path

from .views import agendas, days, participation, planning

app_name = "matching"
urlpatterns = [
    path("matchmaking/", days.days, name="days"),
    path("matchmaking/new/", days.day_new, name="day_new"),
    path("matchmaking/meetings/<uuid:pk>/feedback/", agendas.feedback, name="feedback"),
    path("matchmaking/participations/<uuid:pk>/adjust/", participation.adjusting, name="adjust"),
    path("matchmaking/participations/<uuid:pk>/withdraw/", participation.withdrawal, name="withdraw"),
    path("matchmaking/<uuid:pk>/", days.day, name="day"),
    path("matchmaking/<uuid:pk>/edit/", days.day_edit, name="day_edit"),
    path("matchmaking/<uuid:pk>/invite/", days.inviting, name="invite"),
    path("matchmaking/<uuid:pk>/open/", days.opening, name="day_open"),
    path("matchmaking/<uuid:pk>/publish/", days.publishing, name="day_publish"),
    path("matchmaking/<uuid:pk>/cancel/", days.cancelling, name="day_cancel"),
    path("matchmaking/<uuid:pk>/finish/", days.finishing, name="day_finish"),
    path("matchmaking/<uuid:pk>/table/", days.table, name="table"),
    path("matchmaking/<uuid:pk>/answer/", participation.answering, name="answer"),
    path("matchmaking/<uuid:pk>/participants/", participation.participants, name="participants"),
    path("matchmaking/<uuid:pk>/wishes/", participation.wishes, name="wishes"),
    path("matchmaking/<uuid:pk>/wishes/<uuid:other>/", participation.asking, name="ask"),
    path("matchmaking/<uuid:pk>/plans/new/", planning.plan_start, name="plan_start"),
    path("matchmaking/<uuid:pk>/plans/<uuid:plan>/", planning.plan, name="plan"),
    path("matchmaking/<uuid:pk>/plans/<uuid:plan>/adopt/", planning.plan_adopt, name="plan_adopt"),
    path("matchmaking/<uuid:pk>/plans/<uuid:plan>/discard/", planning.plan_discard, name="plan_discard"),
    path("matchmaking/<uuid:pk>/schedule/", planning.schedule, name="schedule"),
    path("matchmaking/<uuid:pk>/agenda/", agendas.agenda, name="agenda"),
    path("matchmaking/<uuid:pk>/agenda.pdf", agendas.agenda_pdf, name="agenda_pdf"),
    path("matchmaking/<uuid:pk>/agenda.ics", agendas.agenda_ics, name="agenda_ics"),
]
