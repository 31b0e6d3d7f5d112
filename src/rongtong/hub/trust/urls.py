"""Addresses of trust."""

from django.urls import path

from .views import documents, evidence, log

app_name = "trust"
urlpatterns = [
    path("nda/<slug:alias>/<uuid:pk>/", documents.sign, name="sign_nda"),
    path("documents/<slug:alias>/<uuid:pk>/attach/", documents.attach, name="attach"),
    path("documents/<uuid:pk>/", documents.document, name="document"),
    path("documents/<uuid:pk>/remove/", documents.remove, name="remove"),
    path("files/<str:token>/", documents.file, name="file"),
    path("evidence/<slug:alias>/<uuid:pk>/", evidence.evidence, name="evidence"),
    path("evidence/<uuid:pk>/evidence.json", evidence.evidence_file, name="evidence_file"),
    path("about/evidence/", evidence.about, name="about_evidence"),
    path("log/checkpoint", log.checkpoint, name="log_checkpoint"),
    path("log/tile/<path:name>", log.tile, name="log_tile"),
    path("log/policy.txt", log.policy, name="log_policy"),
    path("log/successions.txt", log.key_successions, name="log_successions"),
    path("operations/log/", log.log, name="log"),
    path("operations/log/<slug:verb>/", log.log_verb, name="log_verb"),
]
