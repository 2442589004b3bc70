-- The number of deliveries of a destination by hour and final state; hours without any have no row.
select hour_at, state, deliveries
from delivery_hour
where destination = :#name and hour_at >= :#${variable.since}
