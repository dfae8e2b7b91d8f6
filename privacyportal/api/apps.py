from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "privacyportal.api"
    label = "api"
