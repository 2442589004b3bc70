-- What is shown of a delivery, settled or not; there is no row while nothing is known of it. One that holds its
-- destination has been answered, and no attempt is counted for it. Each branch reads one table and has the same types,
-- so that PostgreSQL looks up both by the event's index.
create or replace view shown_delivery as
  select event, destination, state, attempts, response_code, reason, settled_at, millis,
    cast(null as bigint) as next_attempt_at
  from delivery
  union all
  select event, destination,
    cast(case when attempts > 0 or reason is not null then 'retrying' else 'pending' end as varchar(10)), attempts,
    response_code, reason, cast(null as bigint), cast(null as int), next_attempt_at
  from redelivery;

create index if not exists redelivery_event on redelivery (event);
