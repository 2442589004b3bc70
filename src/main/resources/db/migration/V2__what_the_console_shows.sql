-- What the console shows of each destination at a glance. Counts, so that it takes the same time however many events
-- are stored.

-- How many deliveries ended how in each hour; "failed" counts the attempts that will be made again.
create table delivery_hour (
  destination varchar(100) not null,
  hour_at bigint not null,
  state varchar(10) not null,
  deliveries bigint not null,
  primary key (destination, hour_at, state)
);
insert into delivery_hour (destination, hour_at, state, deliveries)
  select destination, settled_at - mod(settled_at, 3600000), state, count(*) from delivery
  group by destination, settled_at - mod(settled_at, 3600000), state;

-- The newest failure. What was answered stays with the event, so that it goes when the event is erased.
alter table destination add column last_error_at bigint;
alter table destination add column last_error_code int;
alter table destination add column last_error_event bigint;

-- Which deliveries ended as dead letters, also those that were delivered since; dead letters are few, deliveries many.
create table dead_letter (
  destination varchar(100) not null,
  event bigint not null,
  primary key (destination, event)
);
insert into dead_letter (destination, event) select destination, event from delivery where state = 'dead';
