"""The door for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacyportal.settings")

application = get_wsgi_application()

from privacyportal.keys.services import check_master_keys  # noqa: E402

check_master_keys()
