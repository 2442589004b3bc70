-- The newest events between two positions with a dead or retrying delivery (of one destination, kind or environment, if
-- given): one row for each event and destination with a delivery.
-- Ordered by the positions of these: if ordered by those of events, H2 would read each event from the newest on.
with chosen as (
  select troubled.seq from (
    select l.event as seq from dead_letter l join destination t on t.name = l.destination
    join delivery d on d.id = l.event * 1000 + t.number
    where d.state = 'dead' and cast(:#${variable.states} as varchar) like '%,dead,%'
      and l.destination = coalesce(:#${header.destination}, l.destination)
    union
    select r.event from redelivery r
    where (r.attempts > 0 or r.reason is not null) and cast(:#${variable.states} as varchar) like '%,retrying,%'
      and r.destination = coalesce(:#${header.destination}, r.destination)
  ) troubled join event e on e.seq = troubled.seq
  where troubled.seq > cast(:#${variable.from} as bigint) and troubled.seq < cast(:#${variable.to} as bigint)
    and e.kind = coalesce(:#${header.kind}, e.kind)
    and (cast(:#${variable.inWebhook} as varchar) is null
      or replace(cast(e.webhook as varchar), ' ', '') like cast(:#${variable.inWebhook} as varchar))
  order by troubled.seq desc limit least(cast(:#limit as int), 200)
)
select e.seq, e.event_id, e.type, e.kind, e.happened_at, e.received_at, e.destinations, d.*,
  case when octet_length(e.webhook) <= 32768 then cast(e.webhook as varchar) end as received
from chosen c
join event e on e.seq = c.seq
left join shown_delivery d on d.event = c.seq and d.id between c.seq * 1000 and c.seq * 1000 + 999
