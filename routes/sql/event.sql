-- One event, one row for each destination of which something is known.
select e.seq, e.event_id, e.type, e.kind, e.happened_at, e.received_at, e.destinations,
  cast(e.webhook as varchar) webhook, cast(e.customer_then as varchar) customer_then,
  d.destination, d.state, d.attempts, d.response_code, d.reason, d.settled_at, d.millis, d.request,
  null as next_attempt_at
from event e left join delivery d on d.event = e.seq
where e.event_id = :#id
union all
select e.seq, e.event_id, e.type, e.kind, e.happened_at, e.received_at, e.destinations,
  cast(e.webhook as varchar) webhook, cast(e.customer_then as varchar) customer_then,
  r.destination, case when r.attempts > 0 then 'retrying' else 'pending' end, r.attempts, r.response_code, r.reason,
  null, null, null, r.next_attempt_at
from event e join redelivery r on r.event = e.seq
where e.event_id = :#id
order by 10
