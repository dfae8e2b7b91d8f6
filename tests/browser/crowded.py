"""An organization with very much of everything: long names, many products, every state."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from consent.models import ConsentRecord
from consent.services import calls
from consent.services.calls import ConsentDraft
from jobs.models import Job, Product, SavedDraft, Upload
from jobs.services import notes, saved_drafts
from jobs.services.drafts import IdentityDraft, PersonDraft, RequestDraft
from jobs.services.saved_drafts import Content
from jobs.uploads import reading, uploads
from privacyportal.actors import SYSTEM
from privacyportal.organizations.models import Member, Organization
from tests.api.bodies import document, identity, user
from tests.api.conftest import make_program
from tests.api.work import submit

JOBS = 100_000
REQUESTS = 400
DAYS = 90
LAWS = ("gdpr", "ccpa", "lgpd_bra", "pdpa_tha", "cpra_ca_usa", "vcdpa_va_usa", "apa_aus")
PEOPLE = (
    "Maria Magdalena Wallenström-Christophersen af Ugglas",
    "Nguyễn Thị Hồng Phượng",
    "crm:0001:7f3a9c2e-5b1d-4c8a-9e6f-2d4b8a1c3e5f-северная-территория",
    "عبد الرحمن بن عبد العزيز آل سعود",
    "bartholomew.featherstonehaugh@customer-relations.example-insurance.co.uk",
    "Li",
)
PRODUCTS = (
    "Salesforce Marketing Cloud Account Engagement (Nordics, production)",
    "Kundenstammdatenverwaltungssystem",
    "Adobe Analytics",
    "Arkivet på Södermalm, plan 3",
    "data_warehouse_eu_north_1_customer_360",
    "Shop",
    "Newsletter",
    "Ärendehantering för skadereglering och kundombudsman",
    *(f"Regional store {n}" for n in range(1, 17)),
)
WORKED = (  # of a response, by where its job and its product stand: state, code
    ("due", ""), ("working", ""), ("later", ""), ("waiting", ""), ("held", ""),
    ("complete", "6000-200"), ("complete", "6052-200"), ("complete", "6054-200"),
    ("complete", "6051-200"), ("error", "1010-400"), ("cancelled", "1021-400"),
)  # fmt: skip


def crowd(organization: Organization, officer: Member) -> dict[str, str]:
    """Paths of the fullest pages: a job's, its request's, its person's, a choice's, a review's."""
    _products(organization)
    choice = _choices(organization)
    old = _asked(organization, 20)
    _copies(old)
    jobs = _asked(organization, 110)
    _worked(jobs)
    Product.objects.filter(code="p1").update(paused_at=timezone.now())
    Product.objects.filter(code="p2").update(
        unavailable_since=timezone.now() - timedelta(hours=3),
        unavailable_until=timezone.now() + timedelta(minutes=9),
        unavailable_detail="sql.unreachable",
    )
    job = jobs[WORKED.index(("error", "1010-400"))]
    for n in range(12):
        text = "They called again and want an answer in writing. " * (1 + n % 4)
        notes.add_note(request=job.request, by=SYSTEM, text=text)
        notes.attach(request=job.request, by=SYSTEM, name=f"{'Identitetshandling_' * 4}{n}.pdf",
                     body=b"%PDF-1.4")  # fmt: skip
    draft = _drafts(officer)
    ready, wrong, unclear = _uploads(officer)
    return {
        "job": f"/jobs/{job.public_id}/",
        "retry": f"/jobs/{job.public_id}/retry/",
        "request": f"/requests/{job.request.public_id}/",
        "large request": f"/requests/{old[0].request.public_id}/",
        "person": f"/people/{job.data_subject.public_id}/",
        "choice": f"/consent/{choice.public_id}/",
        "review": f"/uploads/{ready.public_id}/review/",
        "problems": f"/uploads/?file={wrong.public_id}",
        "columns": f"/uploads/?file={unclear.public_id}",
        "draft": f"/requests/new/?draft={draft.public_id}",
    }


def _products(organization: Organization) -> None:
    actions = ["access", "delete", "opt-out-of-sale"]
    Product.objects.bulk_create(
        Product(organization=organization, code=f"p{n}", display_name=name, processor="sql",
                actions=actions)
        for n, name in enumerate(PRODUCTS)
    )  # fmt: skip


def _asked(organization: Organization, people: int) -> list[Job]:
    """One request of many people, at every product."""
    users = [
        user(
            f"{PEOPLE[n % len(PEOPLE)]}{n // len(PEOPLE) or ''}",
            action=["access", "delete"],
            ids=[
                identity(value="shared.mailbox@family-of-wallenstrom-christophersen.example.org"),
                identity(value=f"person{n}@example.org"),
                identity("phone", f"+4670123{n:04}"),
                *([identity("ECID", f"{n:038}")] if n % 2 else []),
            ],
        )
        for n in range(people)
    ]
    include = [f"p{n}" for n in range(len(PRODUCTS))]
    body = document(organization.ims_org_id, users=users, include=include)
    return submit(make_program(organization), body)


def _worked(jobs: list[Job]) -> None:
    """Each job's responses in another mixture of states, one of its own in the first ones."""
    states, codes = zip(*WORKED, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE jobs_productresponse response SET state = made.state, outcome_code = made.code,
                lease_token = CASE made.state WHEN 'working' THEN gen_random_uuid() END,
                lease_until = CASE made.state WHEN 'working' THEN now() + interval '1 day' END,
                not_before = CASE made.state WHEN 'later' THEN now() + interval '1 hour' END,
                attempts = 1, tries = 1, processed_at = now() - interval '2 hours',
                outcome_detail = CASE made.state WHEN 'error' THEN 'sql.permission' ELSE '' END,
                outcome_params = '{"name": "customer_addresses_and_contact_points_history"}'
            FROM (
                SELECT id, (%(states)s::text[])[place] AS state, (%(codes)s::text[])[place] AS code
                FROM (
                    SELECT id, 1 + CASE WHEN nth %% 3 = 0 OR job < %(kinds)s
                        THEN job %% %(kinds)s ELSE (job + nth) %% %(kinds)s END AS place
                    FROM (
                        SELECT id, row_number() OVER (PARTITION BY job_id ORDER BY id) AS nth,
                            dense_rank() OVER (ORDER BY job_id) - 1 AS job
                        FROM jobs_productresponse WHERE job_id = ANY(%(jobs)s)
                    ) AS numbered
                ) AS placed
            ) AS made WHERE made.id = response.id
            """,
            {
                "states": list(states),
                "codes": list(codes),
                "kinds": len(WORKED),
                "jobs": [job.pk for job in jobs],
            },
        )
        cursor.execute(
            """
            UPDATE jobs_job job SET state = told.state, due_on = current_date + told.days,
                closed_at = CASE WHEN told.state IN ('complete', 'error') THEN now() END,
                failed_at = CASE told.state WHEN 'error' THEN now() END
            FROM (
                SELECT job_id, (job_id %% 60)::int - 20 AS days, CASE
                    WHEN bool_and(state = 'complete') THEN 'complete'
                    WHEN bool_and(state IN ('complete', 'error', 'cancelled')) THEN 'error'
                    WHEN bool_and(state = 'due') THEN 'submitted' ELSE 'processing' END AS state
                FROM jobs_productresponse WHERE job_id = ANY(%s) GROUP BY job_id
            ) AS told WHERE told.job_id = job.id
            """,
            [[job.pk for job in jobs]],
        )


def _copies(jobs: list[Job]) -> None:
    """Of the request and its jobs, over the days until now; half of the jobs are of the request."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO jobs_privacyrequest (organization_id, public_id, request_id, regulation,
                regulation_given, channel, external_reference, received_at, created_at,
                submitted_by_kind, submitted_by_id, submitted_by, priority,
                analytics_delete_method, expand_ids, opted_out, contexts, options,
                content_digest, data_key_id)
            SELECT organization_id, gen_random_uuid(),
                CASE n %% 3 WHEN 0 THEN 'customer-relations-nordics-2026-' || n || repeat('-x', 40)
                    ELSE request_id || '-' || n END,
                (%(laws)s::text[])[1 + n %% %(n_laws)s], 'gdpr',
                (ARRAY['form', 'public_page', 'letter', 'gpc', 'upload'])[1 + n %% 5],
                'DHL 7304-' || n, received_at, created_at - n * interval '5 hours',
                submitted_by_kind, submitted_by_id,
                'Warehouse synchronization (Northern Europe), nightly', priority,
                analytics_delete_method, expand_ids, opted_out, contexts, options,
                content_digest, data_key_id
            FROM jobs_privacyrequest, generate_series(1, %(requests)s) AS n WHERE id = %(request)s
            """,
            {
                "laws": list(LAWS),
                "n_laws": len(LAWS),
                "requests": REQUESTS,
                "request": jobs[0].request_id,
            },
        )
        cursor.execute(
            """
            INSERT INTO jobs_job (organization_id, public_id, request_id, request_subject_id,
                data_subject_id, action, state, regulation, due_on, created_at, modified_at,
                closed_at, failed_at, records_found, submitted_by_id)
            SELECT seed.organization_id, gen_random_uuid(),
                CASE WHEN n %% 2 = 0 THEN seed.request_id ELSE other.id END,
                seed.request_subject_id, seed.data_subject_id, seed.action, made.state,
                CASE WHEN n %% 2 = 0 THEN 'gdpr' ELSE other.regulation END,
                made.at::date + 30, made.at, made.at,
                CASE WHEN made.state IN ('complete', 'error') THEN made.at + interval '1 day' END,
                CASE made.state WHEN 'error' THEN made.at + interval '1 day' END,
                0, seed.submitted_by_id
            FROM generate_series(1, %(jobs)s) AS n
            JOIN jobs_job seed ON seed.id = (%(seeds)s::bigint[])[1 + n %% %(n_seeds)s]
            JOIN (
                SELECT id, regulation, row_number() OVER (ORDER BY id) AS nth
                FROM jobs_privacyrequest
                WHERE data_key_id = %(key)s AND id <> %(request)s
            ) AS other ON other.nth = 1 + (n / 2) %% %(requests)s
            CROSS JOIN LATERAL (
                SELECT coalesce((ARRAY['submitted', 'processing', 'error', 'error'])[1 + n %% 40],
                        'complete') AS state,
                    now() - (1 - n::float8 / %(jobs)s) * interval '1 day' * %(days)s AS at
            ) AS made
            ORDER BY n
            """,
            {
                "jobs": JOBS,
                "seeds": [job.pk for job in jobs],
                "n_seeds": len(jobs),
                "key": jobs[0].request.data_key_id,
                "request": jobs[0].request_id,
                "requests": REQUESTS,
                "days": DAYS,
            },
        )
        cursor.execute("ANALYZE jobs_job")


def _drafts(officer: Member) -> SavedDraft:
    products = tuple(f"p{n}" for n in range(len(PRODUCTS)))
    identities = (IdentityDraft("email", "Email", "a@b.example"),)
    people = tuple(PersonDraft(name, ("access", "delete"), identities) for name in PEOPLE)
    for _n in range(4):
        draft = RequestDraft(
            regulation="gdpr", regulation_given="gdpr", products=products, people=people
        )
        form = {
            "people": "\n\n".join(f"{name}\n{'x' * 40}@example.org" for name in PEOPLE),
            "regulation": "gdpr",
            "actions": ["access", "delete"],
            "products": list(products),
        }
        saved = saved_drafts.save(member=officer, public_id=uuid4(), content=Content(draft, form))
    return saved


def _uploads(officer: Member) -> tuple[Upload, Upload, Upload]:
    """One that is ready, one with many problems, one of many columns that are not clear."""
    head = "key,action,regulation,products,email\n"
    lines = [f"{PEOPLE[n % 6]} {n},%s,gdpr,p{n % 24},person{n}@example.org" for n in range(500)]
    columns = ",".join(f"Kundens egenskap nummer {n}" for n in range(40))
    bodies = (
        head + "\n".join(line % "access" for line in lines),
        head + "\n".join(line % "erase everything that you have" for line in lines),
        f"{columns}\n" + ",".join(f"{'value ' * 6}{n}" for n in range(40)),
    )
    name = "Export från kundregistret 2026-11-28, kontrollerad av skadereglering och kundombudsman"
    made = []
    for body in bodies:
        upload = uploads.receive(member=officer, name=f"{name}.csv", body=body.encode())
        reading.read_now(upload)
        made.append(upload)
    return made[0], made[1], made[2]


def _choices(organization: Organization) -> ConsentRecord:
    for channel, opted_out in (("api", True), ("gpc", True), ("letter", True), ("form", False)):
        identities = tuple(
            IdentityDraft("email", "Email", f"{PEOPLE[4][:-6]}.{n}.example.org") for n in range(60)
        )
        draft = ConsentDraft(opted_out=opted_out, identities=identities, channel=channel)
        calls.accept(organization=organization, by=SYSTEM, draft=draft)
    return ConsentRecord.objects.latest("pk")
