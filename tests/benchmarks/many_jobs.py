"""(g) GET /jobs over a million jobs within thirty days: the first page, and the last ones;
(h) the portal's pages beside them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from statistics import median

from django.db import connection
from django.test import Client

from jobs.models import Job, Product
from privacyportal.organizations.models import Member, Organization, User
from tests.api.conftest import Program, make_organization, make_program
from tests.api.work import submit
from tests.benchmarks.table import row
from tests.sessions import client_of

SIZE = 100
DAYS = 30
ROUNDS = 5
PRODUCTS = ("one", "two", "three", "four", "five")
WITH_RESPONSES = 10_000  # the newest jobs, which the portal's pages show
# Of a hundred jobs four are in error, one is submitted, one processing, the rest complete.
STATES = "(ARRAY['submitted','processing','error','error','error','error'])[1 + n %% 100]"


def measure() -> Iterator[str]:
    jobs = int(os.environ.get("BENCH_JOBS", "1000000"))
    organization = make_organization("Bench-g@PortalOrg", *PRODUCTS)
    program = make_program(organization)
    fill(organization, program, jobs)
    for status, share in (("", 1.0), ("complete", 0.94), ("error", 0.04), ("submitted", 0.01)):
        last = int(jobs * share) // SIZE - 1
        first, middle, end = (
            seconds(program, page, status, total=int(jobs * share)) for page in (0, last // 2, last)
        )
        asked = f", status={status}" if status else ""
        yield row(f"(g) GET /jobs over {jobs} jobs{asked}, page 1", f"{first * 1e3:.0f} ms", "")
        for page, took in ((last // 2 + 1, middle), (last + 1, end)):
            yield row(f"    page {page}", f"{took * 1e3:.0f} ms", "< 300 ms")
            yield row("    against page 1", f"{took / first:.1f} ×", "≤ 10 ×")
    yield from pages(organization, jobs)


def pages(organization: Organization, jobs: int) -> Iterator[str]:
    """Server time of an officer's pages, the median of some calls; the first of each is not
    counted, as it fills the cache of past days."""
    client = officer(organization)
    job = Job.objects.filter(organization=organization).latest("pk")
    for path in ("/?range=30", "/?status=error", "/overview/", "/requests/", "/people/",
                 f"/jobs/{job.public_id}/", "/requests/new/", "/consent/"):  # fmt: skip
        times = []
        for _ in range(ROUNDS + 1):
            begin = time.perf_counter()
            answer = client.get(path)
            times.append(time.perf_counter() - begin)
            assert answer.status_code == 200, (path, answer.status_code)
        shown = path.replace(str(job.public_id), "…")
        yield row(
            f"(h) {shown} beside {jobs} jobs", f"{median(times[1:]) * 1e3:.0f} ms", "< 100 ms"
        )


def officer(organization: Organization) -> Client:
    user = User.objects.create_user("officer@bench.example")
    Member.objects.create(organization=organization, user=user, role="officer")
    return client_of(user)


def seconds(program: Program, page: int, status: str, total: int) -> float:
    """The median of some calls."""
    times = []
    query = {"regulation": "gdpr", "size": SIZE, "page": page, **span()}
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        answer = program.get(**query, **({"status": status} if status else {}))
        times.append(time.perf_counter() - begin)
        found = answer.json()
        assert (found["totalRecords"], len(found["jobs"])) == (total, SIZE), found["totalRecords"]
    return median(times)


def span() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_char(min(created_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD'),"
            " to_char(max(created_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM jobs_job"
            " WHERE regulation = 'gdpr' AND state = 'complete' AND submitted_by_id = 'bench'"
        )
        first, last = cursor.fetchone()
    return {"fromDate": first, "toDate": last}


def fill(organization: Organization, program: Program, jobs: int) -> None:
    """Copies of one job under the law `gdpr`, evenly over the days before it."""
    own = Product.objects.for_organization(organization)
    body = {
        "companyContexts": [{"namespace": "imsOrgID", "value": organization.ims_org_id}],
        "users": [
            {"key": "ann", "action": ["access"],
             "userIDs": [{"namespace": "email", "value": "ann@example.org"}]}
        ],
        "include": list(own.values_list("code", flat=True)),
        "regulation": "ccpa",
    }  # fmt: skip
    [job] = submit(program, body)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO jobs_job (organization_id, public_id, request_id, request_subject_id,
                data_subject_id, action, state, regulation, due_on, created_at, modified_at,
                closed_at, failed_at, records_found, submitted_by_id)
            SELECT organization_id, gen_random_uuid(), request_id, request_subject_id,
                data_subject_id, action, made.state, 'gdpr', due_on, made.at, made.at,
                CASE WHEN made.state IN ('complete', 'error') THEN made.at END,
                CASE WHEN made.state = 'error' THEN made.at END, 0, 'bench'
            FROM jobs_job, LATERAL (
                SELECT coalesce({STATES}, 'complete') AS state,
                    date_trunc('day', now(), 'UTC') - interval '1 second' - (n::float8 / %s)
                        * interval '{DAYS} days' AS at
                FROM generate_series(0, %s) AS n
            ) AS made
            WHERE id = %s
            """,
            [jobs, jobs - 1, job.pk],
        )
        cursor.execute(
            """
            INSERT INTO jobs_productresponse (organization_id, public_id, job_id,
                request_subject_id, product_id, product_code, action, step, state, sort_key,
                attempts, tries, lease_losses, reference, outcome_code, outcome_detail,
                outcome_params, records_found, processed, ignored, processed_at, modified_at)
            SELECT job.organization_id, gen_random_uuid(), job.id,
                job.request_subject_id, product.id, product.code, job.action, 'process',
                CASE WHEN job.closed_at IS NULL THEN 'due' ELSE job.state END, job.due_on,
                1, 1, 0, '', CASE job.state WHEN 'error' THEN '6000' WHEN 'complete' THEN '6050'
                ELSE '' END, '', '{}', 0, '[]', '[]', job.closed_at, job.created_at
            FROM (SELECT * FROM jobs_job WHERE organization_id = %s AND submitted_by_id = 'bench'
                ORDER BY created_at DESC, id DESC LIMIT %s) AS job
            JOIN jobs_product AS product ON product.organization_id = job.organization_id
            """,
            [organization.pk, WITH_RESPONSES],
        )
        cursor.execute("VACUUM (ANALYZE) jobs_job")
