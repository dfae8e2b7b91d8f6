#!/usr/bin/env python
"""Django's command line."""

import os
import re
import sys

from django.core.management import execute_from_command_line


def arguments(given: list[str]) -> list[str]:
    """`--settings` names a product's settings for add_product, Django's for everything else."""
    if given[1:2] != ["add_product"]:
        return given
    return [re.sub(r"^--settings(?==|$)", "--document", argument) for argument in given]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacyportal.settings")
    execute_from_command_line(arguments(sys.argv))
