"""How dates read in Django admin: short, with hours of a day, as in the portal."""
