-- The newest events after a place, one row for each event and destination of which something is known.
with chosen as (
  select seq from event
  where seq > cast(:#after as bigint)
  order by seq desc limit least(cast(:#limit as int), 200)
)
select e.seq, e.event_id, e.type, e.kind, e.happened_at, e.received_at, e.destinations, d.*,
  case when e.kind = 'customer_update' then cast(e.webhook as varchar) end as told
from chosen c
join event e on e.seq = c.seq
left join shown_delivery d on d.event = c.seq and d.id between c.seq * 1000 and c.seq * 1000 + 999
