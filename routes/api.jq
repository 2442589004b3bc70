# Converts the rows of routes/sql to the API's JSON.

# An event, from any of its rows; an update with its cause. For a very large one, nothing of its webhook is shown.
def shown_event:
  (.received // "{}" | fromjson.event // {}) as $received
  | {event_id, type, kind, happened_at: (.happened_at | iso8601), received_at: (.received_at | iso8601)}
  + (if .kind == "customer_update" then $received | {reason, cause} else {} end)
  + ($received | {app_user_id, product_id, store, environment, price: .price_in_purchased_currency, currency});

# A delivery, from its row; "last" is the attempt that settled it.
def shown_delivery:
  {destination, state, attempts, response_code, reason,
   delivered_at: (if .state == "delivered" then .settled_at | iso8601 else null end),
   next_attempt_at: (if (.next_attempt_at // 0) > 0 then .next_attempt_at | iso8601 else null end),
   last: (if .settled_at == null then null
          else {at: (.settled_at - (.millis // 0) | iso8601), millis, response_code, answer: .reason} end),
   requests: (.request // "null" | fromjson)};

# The deliveries of an event, from all its rows: a destination without a row is pending.
def shown_deliveries:
  [.[] | select(.destination != null) | shown_delivery] as $known
  | [$known[].destination] as $names
  | $known + [.[0].destinations | split(",")[] | . as $name | select($name != "" and ($names | index($name)) == null)
              | {destination: $name, state: "pending", attempts: 0} | shown_delivery]
  | sort_by(.destination);

# What a delivery that has not ended waits for, and until when. "running" has the state of the destinations in this
# runner, "ahead" the retrying deliveries of the event's customer.
def waits_for($event; $ahead; $running):
  .destination as $name
  | (first($running[] | select(.name == $name)) // {mode: "gone"}) as $there
  | (first($ahead[] | select(.destination == $name and .seq < $event.seq
      and (.customer_number == $event.customer_number or .heir == $event.customer_number))) // null) as $before
  | if .state != "pending" and .state != "retrying" then null
    elif $there.mode == "gone" or $there.mode == "off" then {what: $there.mode, until: null}
    elif $there.paused_since then {what: "paused", until: null, since: $there.paused_since}
    elif $there.circuit == "held" then {what: "held", until: $there.called_again_at}
    elif $before then {what: "event", until: ($before.next_attempt_at | iso8601), event_id: $before.event_id}
    elif .next_attempt_at then {what: "attempt", until: .next_attempt_at}
    elif $there.circuit != "closed" then {what: "open", until: $there.called_again_at}
    else {what: "turn", until: null} end;

# The deliveries of an event with what they wait for.
def waiting_deliveries($ahead; $running):
  .[0] as $event | shown_deliveries | map(.waits_for = waits_for($event; $ahead; $running));

# A delivery with all its attempts: those that failed, and the one that settled it.
def with_attempts($failed):
  .destination as $name
  | .attempts = [($failed[] | select(.destination == $name)
                  | {at: (.attempted_at | iso8601), millis, response_code, answer}),
                 (select(.state == "delivered" or .state == "dead") | .last)]
  | del(.last);

# The events, from all their rows, newest first.
def shown_events(deliveries):
  group_by(.seq) | reverse
  | map({seq: .[0].seq} + (.[0] | shown_event) + {deliveries: (deliveries | map(del(.last, .requests)))});

# The remaining time of a backfill, extrapolated from its progress; null if it is not known, as after the clock was set
# back.
def seconds_left($done; $all; $started_at):
  if .state != "running" or $done == 0 or now * 1000 < $started_at then null
  else (now - $started_at / 1000) * ([$all - $done, 0] | max) / $done | ceil end;

# The progress of a destination's state backfill; null if there was none.
def shown_backfill:
  if (.backfill_state // "") == "" then null
  else . as $row
    | {state: .backfill_state, customers: .backfill_customers, told: .backfill_told,
       started_at: (.backfill_at | iso8601)}
    | .seconds_left = seconds_left(.told; .customers; $row.backfill_at) end;

# The progress of a destination's backfill of stored events; null if there was none.
def shown_history_backfill:
  if (.history_state // "") == "" then null
  else . as $row
    | {state: .history_state, events: .history_events, scheduled: .history_scheduled,
       started_at: (.history_at | iso8601)}
    | .seconds_left = seconds_left(.scheduled; .events; $row.history_at) end;

# The state of a destination in this runner, with its row, which counts for all runners; null if it had no delivery.
def shown_destination($row):
  ($row // {} | {pending, retrying, delivered, skipped, previewed, dead, requested} | map_values(. // 0)) as $counts
  | . + $counts + {pending: ([$counts.pending - $counts.retrying, 0] | max)}
  + ($row // {} | {backfill: shown_backfill, history_backfill: shown_history_backfill})
  + {last_error: (if ($row.last_error_at // 0) == 0 then null
                  else $row | {at: (.last_error_at | iso8601), event_id: .last_error_event_id,
                               response_code: .last_error_code, answer: .last_error_answer} end)};

# A destination without a route, for which deliveries wait.
def gone_destination:
  . as $row | {name, mode: "gone", oldest_pending_seconds: null, circuit: null} | shown_destination($row);

# An hour, from its rows; "failed" counts attempts that are repeated.
def shown_hour:
  {hour: (.[0].hour_at | iso8601), delivered: 0, skipped: 0, previewed: 0, dead: 0, failed: 0}
  + (map({key: .state, value: .deliveries}) | from_entries);
