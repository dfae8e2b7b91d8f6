"""How dates read, here and in Django admin: short, with hours of a day; months are written as each
language writes them."""
