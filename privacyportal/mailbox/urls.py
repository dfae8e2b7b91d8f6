"""Mails in a folder."""

from django.urls import path

from privacyportal.mailbox.views import mail_detail, mail_html, mail_list

app_name = "mailbox"
MAIL = "mail/<slug:name>/<int:number>"
urlpatterns = [
    path("mail/", mail_list, name="mail-list"),
    path(f"{MAIL}/", mail_detail, name="mail-detail"),
    path(f"{MAIL}/html/", mail_html, name="mail-html"),
]
