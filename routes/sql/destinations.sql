-- The counts of each destination, for all runners together, and its newest failure; "pending" includes retrying.
select t.name, t.pending, t.delivered, t.skipped, t.previewed, t.dead,
  (select count(*) from redelivery q where q.destination = t.name
    and (q.attempts > 0 or q.reason is not null)) as retrying,
  (select count(*) from redelivery q where q.destination = t.name and q.origin = 'request') as requested,
  b.state as backfill_state, b.customers as backfill_customers, b.told as backfill_told, b.started_at as backfill_at,
  h.state as history_state, h.events as history_events, h.scheduled as history_scheduled, h.started_at as history_at,
  t.last_error_at, t.last_error_code, e.event_id as last_error_event_id,
  coalesce(case when d.state = 'dead' then d.reason end, r.reason,
    (select a.answer from attempt a where a.event = t.last_error_event and a.destination = t.name
     order by a.attempt desc limit 1)) as last_error_answer
from destination t
left join state_backfill b on b.destination = t.name
left join history_backfill h on h.destination = t.name
left join event e on e.seq = t.last_error_event
left join delivery d on d.id = t.last_error_event * 1000 + t.number
left join redelivery r on r.event = t.last_error_event and r.destination = t.name
