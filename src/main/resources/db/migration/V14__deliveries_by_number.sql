-- A delivery is found by one number, its event's times 1000 and its destination's: H2 keeps a row by a number of its own
-- in one tree, and by a key of two columns in two. Each event writes a row for each of its destinations.
alter table destination add column if not exists number int check (number < 1000);
update destination set number = (select count(*) from destination b where b.name < destination.name);
alter table destination alter column number set not null;
create unique index if not exists destination_number on destination (number);

drop view if exists shown_delivery;
alter table delivery rename to delivery_by_name;
create table delivery (
  id bigint primary key,
  event bigint not null,
  destination varchar(100) not null,
  state varchar(10) not null,
  attempts int not null,
  settled_at bigint not null,
  millis int not null,
  response_code int,
  reason varchar(2000),
  request varchar(1048576)
);
insert into delivery
  select d.event * 1000 + t.number, d.event, d.destination, d.state, d.attempts, d.settled_at, d.millis,
    d.response_code, d.reason, d.request
  from delivery_by_name d join destination t on t.name = d.destination;
drop table delivery_by_name;

-- What is shown of a delivery, settled or not; there is no row while nothing is known of it. One that holds its
-- destination has been answered, and no attempt is counted for it. Each branch reads one table and has the same types;
-- settled ones are looked up by the range of ids of their event, the others by the event.
create view shown_delivery as
  select id, event, destination, state, attempts, response_code, reason, settled_at, millis,
    cast(null as bigint) as next_attempt_at
  from delivery
  union all
  select event * 1000, event, destination,
    cast(case when attempts > 0 or reason is not null then 'retrying' else 'pending' end as varchar(10)), attempts,
    response_code, reason, cast(null as bigint), cast(null as int), next_attempt_at
  from redelivery;
