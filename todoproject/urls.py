"""Every address of the service. `/livez` is answered by a middleware, before any of these."""

from django.contrib import admin
from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from todoproject.health import readyz

urlpatterns = [
    path("api/v1/schema", SpectacularAPIView.as_view(permission_classes=[]), name="schema"),
    path("docs", SpectacularSwaggerView.as_view(permission_classes=[], url_name="schema"), name="docs"),
    path("readyz", readyz),
    path("admin/", admin.site.urls),
]
