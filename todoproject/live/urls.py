"""The only address of `manage.py live`, besides /livez and /metrics."""

from django.urls import path

from todoproject.live.audience import audience
from todoproject.live.view import LiveView

handler400 = "todoproject.http.problems.bad_request"
handler404 = "todoproject.http.problems.not_found"
urlpatterns = [path("api/v1/live", LiveView.as_view(audience=audience), name="live")]
