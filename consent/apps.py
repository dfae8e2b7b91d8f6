from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "consent"

    def ready(self) -> None:
        """What the engine and submissions do not know of consent is told to them here."""
        from consent.api import describe
        from consent.models import value_place
        from consent.services import calls, present, record, shown
        from jobs.engine import choices
        from jobs.services import opened, shown_choices, submission
        from jobs.uploads import submitting
        from privacyportal.api import openapi

        submission.AFTER_STORE.append(record.of_submission)
        choices.TELLERS.append(present.of_subjects)
        choices.OPTED_OUT.append(present.opted_out)
        shown_choices.TELLERS.append(shown.of_identities)
        submitting.RECORD_CHOICE.append(calls.of_file)
        opened.OPENERS["consent.ConsentRecord"] = opened.Opener(
            lambda row: row.data_key_id, {"value_sealed": lambda row: value_place(row.pk)}
        )
        openapi.OPERATIONS += describe.OPERATIONS
