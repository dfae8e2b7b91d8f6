"""Template tags for the pictures in static/icons.svg: `{% icon "plus" %}` beside a word, and
`{% mark "ok" "complete" %}` for a status, which always has its word. A list has hundreds of
them, few of which differ: what was made is kept."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A line icon that takes the colour of the text around it. It never stands for a word."""
    return _icon(name)


@register.simple_tag
def mark(colour: str, shape: str, title: str = "") -> SafeString:
    """A status mark; `title` says in words what it marks where no word stands beside it."""
    return _mark(str(colour), str(shape), str(title))


@register.simple_tag
def marks(shown: tuple[tuple[str, str, str], ...]) -> SafeString:
    """Several marks, each of a colour, a shape and a title."""
    return _marks(shown)


@lru_cache(maxsize=256)
def _icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        static("icons.svg"),
        name,
    )


@lru_cache(maxsize=1024)
def _marks(shown: tuple[tuple[str, str, str], ...]) -> SafeString:
    return format_html_join("", "{}", ((_mark(*mark),) for mark in shown))


@lru_cache(maxsize=2048)
def _mark(colour: str, shape: str, title: str) -> SafeString:
    if title:
        return format_html(
            '<svg class="mk is-{}" viewBox="0 0 16 16" role="img"><title>{}</title>'
            '<use href="{}#s-{}"/></svg>',
            colour,
            title,
            static("icons.svg"),
            shape,
        )
    return format_html(
        '<svg class="mk is-{}" viewBox="0 0 16 16" aria-hidden="true"><use href="{}#s-{}"/></svg>',
        colour,
        static("icons.svg"),
        shape,
    )
