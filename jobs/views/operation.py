"""For whoever runs the installation, without a sign-in: is the process alive, can it work, what do
its numbers say."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from jobs.services import vital_signs

FORMAT = "text/plain; version=0.0.4; charset=utf-8"


@login_not_required
@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 where work can be done, else 503; what is well and what is not, in both."""
    found = vital_signs.checks()
    ready = all(check.ok for check in found.values())
    with override("en"):  # programs read it
        told = {name: {"ok": one.ok, "told": str(one.told)} for name, one in found.items()}
    return JsonResponse({"ready": ready, "checks": told}, status=200 if ready else 503)


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus: with the operator's token, or from this machine where none is set."""
    if not _may(request):
        raise Http404
    registry = CollectorRegistry()
    registry.register(_Numbers())
    return HttpResponse(generate_latest(registry), content_type=FORMAT)


class _Numbers(Collector):
    def collect(self) -> Iterable[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for number in vital_signs.numbers():
            family = families.get(number.name)
            if family is None:
                family = GaugeMetricFamily(number.name, number.help, labels=list(number.labels))
                families[number.name] = family
            family.add_metric(list(number.labels.values()), number.value)
        return families.values()


def _may(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    if settings.BEHIND_PROXY:  # everybody comes from the proxy
        return False
    address = request.META.get("REMOTE_ADDR", "")
    return bool(address) and ipaddress.ip_address(address).is_loopback
