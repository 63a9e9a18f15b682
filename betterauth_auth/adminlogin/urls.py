"""Before the admin's own addresses: `path("admin/better-auth/", include("betterauth_auth.adminlogin.urls"))`."""

from django.urls import path

from betterauth_auth.adminlogin import views

app_name = "betterauth_adminlogin"
urlpatterns = [path("", views.start, name="start"), path("callback", views.callback, name="callback")]
