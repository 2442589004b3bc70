-- The newest events between two positions that match, one row for each event and destination with a delivery. The
-- positions are close enough together for a fast answer, however few events match.
with chosen as (
  select seq from event e
  where seq > cast(:#${variable.from} as bigint) and seq < cast(:#${variable.to} as bigint)
    and kind = coalesce(:#${header.kind}, kind)
    and (cast(:#${variable.inWebhook} as varchar) is null
      or replace(cast(webhook as varchar), ' ', '') like cast(:#${variable.inWebhook} as varchar))
    and (cast(:#${header.destination} as varchar) is null or cast(:#${variable.states} as varchar) is not null
      or destinations like '%,' || cast(:#${header.destination} as varchar) || ',%'
      or exists (select 1 from delivery d where d.id between e.seq * 1000 and e.seq * 1000 + 999
        and d.destination = cast(:#${header.destination} as varchar))
      or exists (select 1 from redelivery r where r.event = seq
        and r.destination = cast(:#${header.destination} as varchar)))
    and (cast(:#${variable.states} as varchar) is null
      or exists (select 1 from delivery d where d.id between e.seq * 1000 and e.seq * 1000 + 999
        and d.destination = coalesce(:#${header.destination}, d.destination)
        and cast(:#${variable.states} as varchar) like '%,' || d.state || ',%')
      or exists (select 1 from redelivery r where r.event = seq
        and r.destination = coalesce(:#${header.destination}, r.destination)
        and cast(:#${variable.states} as varchar) like '%,'
          || case when r.attempts > 0 or r.reason is not null then 'retrying' else 'pending' end || ',%')
      -- a pending delivery may have no row
      or cast(:#${variable.states} as varchar) like '%,pending,%' and exists (
        select 1 from destination t where t.name = coalesce(:#${header.destination}, t.name)
          and e.destinations like '%,' || t.name || ',%'
          and not exists (select 1 from delivery d where d.id = e.seq * 1000 + t.number)
          and not exists (select 1 from redelivery r where r.event = seq and r.destination = t.name)))
  order by seq desc limit least(cast(:#limit as int), 200)
)
select e.seq, e.event_id, e.type, e.kind, e.happened_at, e.received_at, e.destinations, d.*,
  case when octet_length(e.webhook) <= 32768 then cast(e.webhook as varchar) end as received
from chosen c
join event e on e.seq = c.seq
left join shown_delivery d on d.event = c.seq and d.id between c.seq * 1000 and c.seq * 1000 + 999
