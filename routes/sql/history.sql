-- A customer's newest events, one row for each event and destination with a delivery. The customer's ids are looked
-- up twice, because H2 reuses the rows of a query shared by "with" after its parameters have changed.
with chosen as (
  select seq from (
    select seq from event where customer in (
      select customer from customer_id where app_user_id = :#id
      union
      select c.id from customer c join customer_id i on c.merged_into = i.customer where i.app_user_id = :#id)
    union
    select event from event_party where customer in (
      select customer from customer_id where app_user_id = :#id
      union
      select c.id from customer c join customer_id i on c.merged_into = i.customer where i.app_user_id = :#id)
  ) theirs
  order by seq desc fetch first 200 rows only
)
select e.seq, e.event_id, e.type, e.kind, e.happened_at, e.received_at, e.destinations, e.customer as customer_number,
  d.*, case when octet_length(e.webhook) <= 32768 then cast(e.webhook as varchar) end as received
from chosen c
join event e on e.seq = c.seq
left join shown_delivery d on d.event = c.seq and d.id between c.seq * 1000 and c.seq * 1000 + 999
