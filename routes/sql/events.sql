-- The newest events after a place, one row for each event and destination of which something is known.
with newest as (
  select seq from event
  where seq > coalesce(cast(:#${header.after} as bigint), 0)
  order by seq desc limit :#${variable.limit}
)
select e.seq, e.event_id, e.type, e.kind, e.happened_at, e.received_at, e.destinations,
  d.destination, d.state, d.attempts, d.response_code, d.reason, d.settled_at, null as next_attempt_at
from newest n join event e on e.seq = n.seq left join delivery d on d.event = n.seq
union all
select e.seq, e.event_id, e.type, e.kind, e.happened_at, e.received_at, e.destinations,
  r.destination, case when r.attempts > 0 then 'retrying' else 'pending' end, r.attempts, r.response_code, r.reason,
  null, r.next_attempt_at
from newest n join event e on e.seq = n.seq join redelivery r on r.event = n.seq
order by 1 desc, 8
