-- A customer's newest events, one row for each event and destination of which something is known.
with who as (
  select customer as id from customer_id where app_user_id = :#id
  union
  select c.id from customer c join customer_id i on c.merged_into = i.customer where i.app_user_id = :#id
),
newest as (
  select seq from (
    select e.seq from event e join who on e.customer = who.id
    union
    select p.event from event_party p join who on p.customer = who.id
  ) theirs
  order by seq desc fetch first 200 rows only
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
