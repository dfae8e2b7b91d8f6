"""Product codes that the contract knows (§10); an organization adds its own."""

from collections.abc import Iterable, Mapping

CONTRACT = (
    "adCloud",
    "analytics",
    "AudienceManager",
    "campaign",
    "AdobeCloudPlatform",
    "aepDataLake",
    "primetimeAuthentication",
    "target",
    "automationProduct",
    "CRS",
    "Identity",
    "profileService",
    "marketo",
    "marketoMeasure",
    "commerceMarketingData",
    "cjm",
)


def known(own: Iterable[str]) -> Mapping[str, str]:
    """Lower case → spelling, of the contract's codes and an organization's; its spelling wins."""
    return {code.lower(): code for code in (*CONTRACT, *own)}
