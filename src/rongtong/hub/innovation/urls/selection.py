"""Addresses of reviewing and selection."""

from django.urls import path

from ..views import reviews, selection

urlpatterns = [
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/<uuid:pk>/", reviews.review, name="review"),
    path("reviews/<uuid:pk>/declare/", reviews.declare, name="review_declare"),
    path("reviews/<uuid:pk>/sheets/<uuid:response>/", reviews.sheet, name="review_sheet"),
    path("reviews/<uuid:pk>/hand-in/", reviews.hand_in, name="review_hand_in"),
    path("challenges/<uuid:pk>/selection/", selection.selection, name="selection"),
    path("challenges/<uuid:pk>/selection/criteria/", selection.criteria, name="selection_criteria"),
    path("challenges/<uuid:pk>/selection/compare/", selection.compare, name="selection_compare"),
    path("challenges/<uuid:pk>/selection/award/", selection.award, name="selection_award"),
    path("challenges/<uuid:pk>/selection/close/", selection.close, name="selection_close"),
    path("challenges/<uuid:pk>/selection/reviewers/", selection.assign, name="reviewer_assign"),
    path("reviewers/<uuid:pk>/remove/", selection.remove, name="reviewer_remove"),
]
