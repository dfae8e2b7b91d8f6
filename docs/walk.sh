#!/usr/bin/env bash
# Walks the whole contract with curl against a running demo, and prints what it saw:
#
#     make run                       # in another terminal
#     docs/walk.sh var/demo.json
#
# Needs curl and Python 3. Stops with a sentence at the first thing that is not as it should be.
set -euo pipefail
facts=${1:-var/demo.json}
folder=$(mktemp -d)
here=$(dirname "$0")
receiver=
trap '[ -z "$receiver" ] || kill "$receiver"; rm -rf "$folder"' EXIT

# of '["jobs"][0]["jobId"]' < JSON
of() { python3 -c "import json, sys; print(eval('json.load(sys.stdin)' + sys.argv[1]))" "$1"; }
fact() { of "[\"$1\"]" < "$facts"; }
fail() { echo "✗ $*" >&2; exit 1; }
seen() { echo "✓ $*"; }

url=$(fact url)
client=$(fact client_id)
organization=$(fact organization_id)
api=$url/data/core/privacy

token=$(curl -sS "$url/ims/token/v3" -d grant_type=client_credentials \
  -d client_id="$client" -d client_secret="$(fact client_secret)" | of '["access_token"]')
seen "a token"

# call STATUS METHOD PATH [BODY]: prints the answer's body
call() {
  local wanted=$1 method=$2 path=$3 status
  status=$(curl -sS -o "$folder/answer" -w '%{http_code}' -X "$method" "$api$path" \
    -H "Authorization: Bearer $token" -H "x-api-key: $client" \
    -H "x-gw-ims-org-id: $organization" -H "Content-Type: application/json" \
    ${4:+--data-binary "$4"})
  [ "$status" = "$wanted" ] || fail "$method $path answered $status: $(head -c 500 "$folder/answer")"
  cat "$folder/answer"
}

# until_closed JOB: waits until a job is complete or in error, and prints which
until_closed() {
  local status
  for _ in $(seq 60); do
    status=$(call 200 GET "/jobs/$1" | of '["status"]')
    case $status in complete | error) echo "$status"; return ;; esac
    sleep 0.5
  done
  fail "job $1 is still $status after 30 s"
}

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
python3 "$here/receiver.py" "$port" > "$folder/events" &
receiver=$!
sleep 1
webhook=$(call 200 POST /webhooks \
  "{\"name\": \"a walk\", \"url\": \"http://127.0.0.1:$port/events\"}" | of '["webhookId"]')
for _ in $(seq 40); do
  status=$(call 200 GET "/webhooks/$webhook" | of '["status"]')
  [ "$status" != active ] || break
  sleep 0.5
done
[ "$status" = active ] || fail "the webhook is $status"
seen "a webhook, registered and challenged"

walk=$(date +%s)
body=$(cat <<JSON
{"companyContexts": [{"namespace": "imsOrgID", "value": "$organization"}],
 "users": [{"key": "walk-$walk", "action": ["access", "delete"],
   "userIDs": [{"namespace": "email", "value": "walk-$walk@example.org", "type": "standard"}]}],
 "include": ["crm", "webShop"], "regulation": "gdpr", "requestId": "walk-$walk"}
JSON
)
created=$(call 202 POST /jobs "$body")
access=$(echo "$created" | of '["jobs"][0]["jobId"]')
delete=$(echo "$created" | of '["jobs"][1]["jobId"]')
seen "request $(echo "$created" | of '["requestId"]'): an access and a delete"
[ "$(call 202 POST /jobs "$body" | of '["jobs"][0]["jobId"]')" = "$access" ] \
  || fail "the same requestId made other jobs"
seen "the same once more: the same jobs"
echo "  $(call 400 POST /jobs '{"users": [{"action": ["erase"]}]}' | of '["detail"][:160]') …"
seen "a wrong body: every problem with its place, and nothing stored"
seen "access: $(until_closed "$access"), delete: $(until_closed "$delete")"
total=$(call 200 GET '/jobs?regulation=gdpr&size=1' | of '["totalRecords"]')
seen "the list: $total jobs under gdpr within seven days"
call 200 GET "/jobs/$access/content" > "$folder/package.zip"
python3 -m zipfile -t "$folder/package.zip" > "$folder/zip" || fail "the package is no ZIP"
seen "the package: $(python3 -m zipfile -l "$folder/package.zip" | tail -n +2 | wc -l) files"

child=$(call 202 POST "/jobs/$access/child-job" "{
  \"companyContexts\": [{\"namespace\": \"imsOrgID\", \"value\": \"$organization\"}],
  \"users\": [{\"key\": \"walk-$walk\", \"action\": [\"access\"],
    \"userIDs\": [{\"namespace\": \"ECID\", \"value\": \"1\"}]}]}" | of '["jobs"][0]["jobId"]')
seen "a child job: $(until_closed "$child"); its parent: $(until_closed "$access")"

consent="{\"optOutOfSale\": true, \"entities\": [
  {\"nameSpace\": \"email\", \"values\": [\"walk-$walk@example.org\"]}]}"
call 202 POST /consent "$consent" > /dev/null
found=$(call 200 POST /consent/lookup \
  "{\"namespace\": \"email\", \"value\": \"walk-$walk@example.org\"}" | of '["optOutOfSale"]')
[ "$found" = True ] || fail "the choice is $found"
seen "consent: opted out, and found so"
call 200 POST /consent/gpc "{\"namespace\": \"email\", \"value\": \"gpc-$walk@example.org\",
  \"secGpc\": \"1\"}" > /dev/null
seen "Global Privacy Control: recorded"

call 201 POST /namespaces "{\"name\": \"Loyalty $walk\"}" > /dev/null
seen "namespaces: $(call 200 GET /namespaces | of '.__len__()'), one of them made now"

for _ in $(seq 60); do
  [ "$(grep -c . "$folder/events" 2> /dev/null || true)" -lt 6 ] || break
  sleep 0.5
done
[ -s "$folder/events" ] || fail "no event arrived"
seen "events that arrived:"
sort "$folder/events" | uniq -c | sed 's/^/   /'
seen "the journal: up to position $(call 200 GET '/events?since=0&limit=1' | of '["last"]')"
call 204 DELETE "/webhooks/$webhook" > /dev/null
seen "the webhook is removed"
curl -sS "$api/openapi.json" | of '["openapi"]' > /dev/null
seen "the description: $api/openapi.json, for people at $url/docs/api/"
