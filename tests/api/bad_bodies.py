"""Bodies that must be refused: name → (bytes, path, code) of a problem that is reported."""

from tests.api.bodies import ORGANIZATION, encoded, identity, user


def raw(text: str, **changes: object) -> bytes:
    """A good body whose text RAW is replaced by JSON that no encoder would write."""
    return encoded(**{"requestId": "RAW", **changes}).replace(b'"RAW"', text.encode())


def ids(*identities: object) -> bytes:
    return encoded(users=[user(ids=list(identities))])


DEEP = "[" * 32 + "]" * 32

BAD: dict[str, tuple[bytes, str, str]] = {
    "empty body": (b"", "", "malformed_json"),
    "no json": (b'{"users": [', "", "malformed_json"),
    "trailing text": (encoded() + b"}", "", "malformed_json"),
    "not utf-8": (encoded().replace(b"ann", b"\xff"), "", "malformed_json"),
    "raw surrogate": (encoded().replace(b"ann", b"\xed\xa0\x80"), "", "malformed_json"),
    "not a number": (raw("NaN"), "", "malformed_json"),
    "infinity": (raw("-Infinity"), "", "malformed_json"),
    "a list": (b"[]", "", "wrong_type"),
    "a word": (b'"users"', "", "wrong_type"),
    "33 levels": (raw(DEEP), "", "too_deep"),
    "100,000 levels": (b"[" * 100_000 + b"]" * 100_000, "", "too_deep"),
    "100,000 objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "", "too_deep"),
    "a key twice": (raw('"1","regulation":"ccpa"'), "regulation", "duplicate_key"),
    "a key twice below": (
        encoded().replace(b'"value": "ann@', b'"value": "x", "value": "ann@'),
        "users[0].userIDs[0].value",
        "duplicate_key",
    ),
    "a key twice by escape": (
        raw('"1","\\u0069nclude":["crm"]'),
        "include",
        "duplicate_key",
    ),
    "nul": (
        encoded().replace(b"ann@", b"ann\\u0000@"),
        "users[0].userIDs[0].value",
        "bad_character",
    ),
    "nul in a key": (raw('"1","a\\u0000":1'), "", "bad_character"),
    "nul where nobody looks": (raw('"1","x":{"y":["\\u0000"]}'), "x.y[0]", "bad_character"),
    "lone high surrogate": (
        encoded().replace(b"ann@", b"ann\\ud83d@"),
        "users[0].userIDs[0].value",
        "bad_character",
    ),
    "lone low surrogate": (
        encoded().replace(b'"key": "ann"', b'"key": "\\udc00"'),
        "users[0].key",
        "bad_character",
    ),
    "no contexts": (encoded(companyContexts=None), "companyContexts", "required"),
    "empty contexts": (encoded(companyContexts=[]), "companyContexts", "empty"),
    "contexts as object": (encoded(companyContexts={}), "companyContexts", "wrong_type"),
    "context as text": (
        encoded(companyContexts=["x", {"namespace": "imsOrg", "value": ORGANIZATION}]),
        "companyContexts[0]",
        "wrong_type",
    ),
    "context without organization": (
        encoded(companyContexts=[{"namespace": "AdCloud", "value": "1"}]),
        "companyContexts",
        "organization_missing",
    ),
    "context of another organization": (
        encoded("Other@PortalOrg"),
        "companyContexts[0].value",
        "other_organization",
    ),
    "no users": (encoded(users=None), "users", "required"),
    "empty users": (encoded(users=[]), "users", "empty"),
    "1001 users": (encoded(users=[user()] * 1001), "users", "too_many"),
    "user as text": (encoded(users=["ann"]), "users[0]", "wrong_type"),
    "no key": (encoded(users=[user(key=None)]), "users[0].key", "required"),
    "blank key": (encoded(users=[user(" ")]), "users[0].key", "empty"),
    "key as list": (encoded(users=[user(key=["a"])]), "users[0].key", "wrong_type"),
    "no action": (encoded(users=[user(action=[])]), "users[0].action", "empty"),
    "action as text": (encoded(users=[user(action="access")]), "users[0].action", "wrong_type"),
    "unknown action": (
        encoded(users=[user(), user(action=["access", "erase"])]),
        "users[1].action[1]",
        "unknown_action",
    ),
    "action as object": (encoded(users=[user(action=[{}])]), "users[0].action[0]", "wrong_type"),
    "action twice": (
        encoded(users=[user(action=["access", "access"])]),
        "users[0].action[1]",
        "duplicate",
    ),
    "opt-out combined": (
        encoded(users=[user(action=["opt-out-of-sale", "delete"])]),
        "users[0].action",
        "not_alone",
    ),
    "no identities": (encoded(users=[user(ids=[])]), "users[0].userIDs", "empty"),
    "10 identities": (ids(*[identity()] * 10), "users[0].userIDs", "too_many"),
    "identity as text": (ids("ann"), "users[0].userIDs[0]", "wrong_type"),
    "no namespace": (ids({"value": "x"}), "users[0].userIDs[0].namespace", "required"),
    "namespace as list": (ids(identity([])), "users[0].userIDs[0].namespace", "wrong_type"),
    "long namespace": (ids(identity("n" * 256)), "users[0].userIDs[0].namespace", "too_long"),
    "no value": (ids(identity(value=None)), "users[0].userIDs[0].value", "required"),
    "empty value": (ids(identity(value="")), "users[0].userIDs[0].value", "empty"),
    "value as bool": (ids(identity(value=True)), "users[0].userIDs[0].value", "wrong_type"),
    "value as object": (ids(identity(value={})), "users[0].userIDs[0].value", "wrong_type"),
    "unknown type": (ids(identity(type="weird")), "users[0].userIDs[0].type", "unknown_type"),
    "type as number": (ids(identity(type=1)), "users[0].userIDs[0].type", "unknown_type"),
    "standard that is not": (
        ids(identity(), identity("Loyalty")),
        "users[0].userIDs[1].namespace",
        "unknown_namespace",
    ),
    "ids that disagree": (
        ids(identity("email", namespaceId=4)),
        "users[0].userIDs[0].namespaceId",
        "namespace_mismatch",
    ),
    "namespace id that is none": (
        ids({"namespaceId": "1.5", "value": "x"}),
        "users[0].userIDs[0].namespaceId",
        "wrong_type",
    ),
    "standard id that is not": (
        ids({"namespaceId": 99, "value": "x", "type": "standard"}),
        "users[0].userIDs[0].namespaceId",
        "unknown_namespace",
    ),
    "deleted perhaps": (
        ids(identity(isDeletedClientSide="perhaps")),
        "users[0].userIDs[0].isDeletedClientSide",
        "wrong_type",
    ),
    "no include": (encoded(include=None), "include", "required"),
    "empty include": (encoded(include=[]), "include", "empty"),
    "unknown product": (encoded(include=["crm", "sap"]), "include[1]", "unknown_product"),
    "product as number": (encoded(include=[7]), "include[0]", "unknown_product"),
    "nothing left": (encoded(exclude=["CRM"]), "exclude", "nothing_left"),
    "exclude as text": (encoded(exclude="crm"), "exclude", "wrong_type"),
    "no regulation": (encoded(regulation=None), "regulation", "required"),
    "unknown regulation": (encoded(regulation="gdprr"), "regulation", "unknown_regulation"),
    "unknown priority": (encoded(priority="high"), "priority", "unknown_value"),
    "unknown method": (
        encoded(analyticsDeleteMethod="burn"),
        "analyticsDeleteMethod",
        "unknown_value",
    ),
    "expand perhaps": (encoded(expandIds="perhaps"), "expandIds", "wrong_type"),
    "expand perhaps, other spelling": (encoded(expandIDs=3), "expandIDs", "wrong_type"),
    "long request id": (encoded(requestId="1" * 201), "requestId", "too_long"),
    "region as list": (encoded(region=["EU"]), "region", "wrong_type"),
}
