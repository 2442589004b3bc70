-- The newest events of which a delivery is dead, or fails and goes again (of one destination or state, where it is named):
-- one row for each event and destination of which something is known.
with chosen as (
  select seq from (
    select l.event as seq from dead_letter l join delivery d on d.event = l.event and d.destination = l.destination
    where d.state = 'dead' and 'dead' = coalesce(:#${header.state}, 'dead')
      and l.destination = coalesce(:#${header.destination}, l.destination)
    union
    select r.event from redelivery r
    where r.attempts > 0 and 'retrying' = coalesce(:#${header.state}, 'retrying')
      and r.destination = coalesce(:#${header.destination}, r.destination)
  ) troubled
  where seq > coalesce(cast(:#${header.after} as bigint), 0)
  order by seq desc limit :#${variable.limit}
)
select e.seq, e.event_id, e.type, e.kind, e.happened_at, e.received_at, e.destinations,
  d.destination, d.state, d.attempts, d.response_code, d.reason, d.settled_at, null as next_attempt_at
from chosen n join event e on e.seq = n.seq left join delivery d on d.event = n.seq
union all
select e.seq, e.event_id, e.type, e.kind, e.happened_at, e.received_at, e.destinations,
  r.destination, case when r.attempts > 0 then 'retrying' else 'pending' end, r.attempts, r.response_code, r.reason,
  null, r.next_attempt_at
from chosen n join event e on e.seq = n.seq join redelivery r on r.event = n.seq
order by 1 desc, 8
