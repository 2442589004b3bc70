# What the API makes of the rows that it reads: see routes/sql.

# An event, of any of its rows.
def shown_event:
  {event_id, type, kind, happened_at: (.happened_at | iso8601), received_at: (.received_at | iso8601)};

# A delivery, of its row; "last" is the attempt that settled it.
def shown_delivery:
  {destination, state, attempts, response_code, reason,
   delivered_at: (if .state == "delivered" then .settled_at | iso8601 else null end),
   next_attempt_at: (if (.next_attempt_at // 0) > 0 then .next_attempt_at | iso8601 else null end),
   last: (if .settled_at == null then null
          else {at: (.settled_at - (.millis // 0) | iso8601), millis, response_code, answer: .reason} end),
   requests: (.request // "null" | fromjson)};

# The deliveries of an event, of all its rows: a destination of which nothing is known yet is pending.
def shown_deliveries:
  [.[] | select(.destination != null) | shown_delivery] as $known
  | [$known[].destination] as $names
  | $known + [.[0].destinations | split(",")[] | . as $name | select($name != "" and ($names | index($name)) == null)
              | {destination: $name, state: "pending", attempts: 0} | shown_delivery]
  | sort_by(.destination);

# A delivery with each of its attempts: those that failed, and the one that settled it.
def with_attempts($failed):
  .destination as $name
  | .attempts = [($failed[] | select(.destination == $name)
                  | {at: (.attempted_at | iso8601), millis, response_code, answer}),
                 (select(.state == "delivered" or .state == "dead") | .last)]
  | del(.last);
