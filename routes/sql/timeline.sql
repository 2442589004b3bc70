-- How many deliveries of a destination ended how, by the hour; hours without any have no row.
select hour_at, state, deliveries
from delivery_hour
where destination = :#name and hour_at >= :#${variable.since}
