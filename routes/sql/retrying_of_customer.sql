-- The retrying deliveries of a customer, in order: later events wait for them. "heir" is the customer into which theirs
-- was merged.
select r.destination, r.event as seq, e.event_id, r.next_attempt_at, r.customer as customer_number,
  coalesce(c.merged_into, r.customer) as heir
from redelivery r
join event e on e.seq = r.event
left join customer c on c.id = r.customer
where r.attempts > 0 and r.customer in (
  select customer from customer_id where app_user_id = :#id
  union
  select m.id from customer m join customer_id i on m.merged_into = i.customer where i.app_user_id = :#id)
order by r.event
