#!/bin/sh
# The first session of the README: activate a collection, make a profile, run it, wait for the end, read the report.
#
#     first-session.sh [URL]
#
# With AUTOHOLDINGS_TOKEN, where the server asks for a token. Needs curl (7.76 or newer) and jq. It ends with a status other
# than 0 where anything is wrong.
set -eu

url=${1:-http://127.0.0.1:8080}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The token comes from a file, since other users of the machine can read a command's arguments.
: >"$folder/headers"
[ -z "${AUTOHOLDINGS_TOKEN:-}" ] || echo "Authorization: Bearer $AUTOHOLDINGS_TOKEN" >"$folder/headers"

# call sends what else curl needs to know and prints the answer, which has to be there.
call() {
  curl --silent --show-error --fail-with-body --header @"$folder/headers" "$@"
}

# ask sends a query ($1) with variables ($2, JSON) and prints the data. Errors, and what a user can mend, end the script.
ask() {
  jq -n --arg query "$1" --argjson variables "${2:-{\}}" '{$query, $variables}' >"$folder/question"
  call --header 'Content-Type: application/json' --header 'Accept: application/graphql-response+json' \
    --data-binary @"$folder/question" "$url/graphql" >"$folder/answer" || {
    cat "$folder/answer" >&2
    exit 1
  }
  wrong=$(jq -r '.errors // [.data[] | objects | .userErrors // [] | .[]] | .[] | "\(.code // .extensions.code): \(.message)"' "$folder/answer")
  [ -z "$wrong" ] || {
    echo "$wrong" >&2
    exit 1
  }
  jq .data "$folder/answer"
}

# wait_for watches a job ($1) until it is over: curl ends when the server ends the stream of server-sent events.
wait_for() {
  jq -n --arg id "$1" '{query: "subscription($id: ID!) { jobUpdated(id: $id) { state verdict summary } }", variables: {$id}}' >"$folder/question"
  call --no-buffer --max-time 600 --header 'Content-Type: application/json' --header 'Accept: text/event-stream' \
    --data-binary @"$folder/question" "$url/graphql" >"$folder/events"
  sed -n 's/^data: *//p' "$folder/events" | jq -se 'map(.data.jobUpdated // empty) | last | select(.state == "SUCCEEDED") | .summary' || {
    echo "the job did not succeed:" >&2
    cat "$folder/events" >&2
    exit 1
  }
}

ask 'mutation($zone: String!) {
  activateCollection(input: {communityZoneId: $zone, activationType: MANUAL}) { collection { name } userErrors { code message } } }' \
  '{"zone": "61563711870000041"}' | jq -r '"activated: \(.activateCollection.collection.name)"'

# The customer and key of the mock provider.
ask 'mutation($customer: String!, $key: String!) {
  createProfile(input: {description: "OUP", customerNumber: $customer, apiKey: $key, active: true, runNow: true}) {
    job { id } userErrors { code message } } }' \
  '{"customer": "demo", "key": "demo-key"}' >"$folder/created"
job=$(jq -er .createProfile.job.id "$folder/created")

wait_for "$job"

ask 'query($id: ID!) { job(id: $id) { counts { added } reportTsv changes(first: 1) { totalCount nodes { action title } } } }' \
  "$(jq -n --arg id "$job" '{$id}')" >"$folder/report"
jq -e '.job | .counts.added > 0 and .changes.totalCount > 0' "$folder/report" >/dev/null
call "$url$(jq -r .job.reportTsv "$folder/report")" >"$folder/report.tsv"
lines=$(($(wc -l <"$folder/report.tsv") - 1)) # the first has the names of columns
[ "$lines" -eq "$(jq .job.changes.totalCount "$folder/report")" ] || {
  echo "the file has $lines changes, the API $(jq .job.changes.totalCount "$folder/report")" >&2
  exit 1
}
jq -r '.job.changes | "\(.totalCount) changes, the first: \(.nodes[0].action) \(.nodes[0].title)"' "$folder/report"
