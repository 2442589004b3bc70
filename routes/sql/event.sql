-- One event, one row for each destination with a delivery.
select e.seq, e.event_id, e.type, e.kind, e.happened_at, e.received_at, e.destinations, e.customer as customer_number,
  d.*, cast(e.webhook as varchar) received, cast(e.customer_then as varchar) customer_then,
  (select r.request from delivery r where r.id = d.id) request
from event e
left join shown_delivery d on d.event = e.seq and d.id between e.seq * 1000 and e.seq * 1000 + 999
where e.event_id = :#id
