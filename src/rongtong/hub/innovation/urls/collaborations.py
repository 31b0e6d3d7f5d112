"""Addresses of collaborations and milestones."""

from django.urls import path

from ..views import collaborations

urlpatterns = [
    path("collaborations/", collaborations.collaborations, name="collaborations"),
    path("collaborations/<uuid:pk>/", collaborations.collaboration, name="collaboration"),
    path("collaborations/<uuid:pk>/result/", collaborations.result, name="collaboration_result"),
    path("collaborations/<uuid:pk>/complete/", collaborations.complete, name="collaboration_complete"),
    path("collaborations/<uuid:pk>/terminate/", collaborations.terminate, name="collaboration_terminate"),
    path("milestones/<uuid:pk>/propose/", collaborations.propose, name="milestone_propose"),
    path("milestones/<uuid:pk>/agree/", collaborations.agree, name="milestone_agree"),
    path("milestones/<uuid:pk>/decline/", collaborations.decline, name="milestone_decline"),
    path("milestones/<uuid:pk>/deliver/", collaborations.hand_over, name="milestone_deliver"),
    path("milestones/<uuid:pk>/accept/", collaborations.approve, name="milestone_accept"),
    path("milestones/<uuid:pk>/return/", collaborations.send_back, name="milestone_return"),
]
