-- The failed attempts of one event.
select a.destination, a.attempt, a.attempted_at, a.millis, a.response_code, a.answer
from attempt a join event e on e.seq = a.event
where e.event_id = :#id
order by a.destination, a.attempted_at, a.attempt
