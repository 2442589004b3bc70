-- The newest events of which a delivery is dead or is being retried (of one destination or state, where it is named):
-- one row for each event and destination of which something is known.
with chosen as (
  select seq from (
    select l.event as seq from dead_letter l join destination t on t.name = l.destination
    join delivery d on d.id = l.event * 1000 + t.number
    where d.state = 'dead' and 'dead' = coalesce(:#${header.state}, 'dead')
      and l.destination = coalesce(:#${header.destination}, l.destination)
    union
    select r.event from redelivery r
    where (r.attempts > 0 or r.reason is not null) and 'retrying' = coalesce(:#${header.state}, 'retrying')
      and r.destination = coalesce(:#${header.destination}, r.destination)
  ) troubled
  where seq > cast(:#after as bigint)
  order by seq desc limit least(cast(:#limit as int), 200)
)
select e.seq, e.event_id, e.type, e.kind, e.happened_at, e.received_at, e.destinations, d.*,
  case when e.kind = 'customer_update' then cast(e.webhook as varchar) end as told
from chosen c
join event e on e.seq = c.seq
left join shown_delivery d on d.event = c.seq and d.id between c.seq * 1000 and c.seq * 1000 + 999
