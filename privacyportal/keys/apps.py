from django.apps import AppConfig


class KeysConfig(AppConfig):
    name = "privacyportal.keys"
    label = "keys"
