"""What the form of the settings of files asks."""

from django.utils.translation import gettext_lazy as _

from jobs.processors.base import Setting

FIELDS = (
    Setting(
        "url",
        _("Folder or bucket"),
        _("Like /srv/exports, below a folder of PRODUCT_FILE_DIRS, or s3://bucket/folder."),
        "text",
    ),
    Setting(
        "key",
        _("Access key"),
        _("Of a bucket: the access key id, or the account or project."),
        "secret",
        required=False,
    ),
    Setting(
        "secret",
        _("Secret"),
        _("Of a bucket. It is sealed, and never shown again."),
        "secret",
        required=False,
    ),
    Setting(
        "endpoint",
        _("Endpoint"),
        _("Of a bucket that is not Amazon's but speaks S3, like https://storage.example.org."),
        "url",
        required=False,
    ),
    Setting(
        "tables",
        _("Files"),
        _("What identifies people, and what becomes of their lines."),
        "mapping",
    ),
)
