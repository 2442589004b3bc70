-- Times are milliseconds since the epoch. One set of SQL for H2 and PostgreSQL.

-- The one row that every acceptance takes: its lock lets one runner at a time accept, so that events are numbered
-- without gaps in the order in which they are committed.
create table log_position (
  last_event bigint not null,
  last_customer bigint not null
);
insert into log_position values (0, 0);

-- A customer is all ids that were ever linked. The state is JSON, folded forward with each event.
create table customer (
  id bigint primary key,
  merged_into bigint,
  state varchar(1048576) not null
);
create index customer_merged_into on customer (merged_into);

create table customer_id (
  app_user_id varchar(1000) primary key,
  customer bigint not null
);
create index customer_id_customer on customer_id (customer);

-- An event as received, with the customer as of that event, and the destinations it is meant for.
create table event (
  seq bigint primary key,
  event_id varchar(200) not null unique,
  customer bigint not null,
  after_customers varchar(1000),
  type varchar(200) not null,
  kind varchar(200) not null,
  event_at bigint not null,
  happened_at bigint not null,
  received_at bigint not null,
  late boolean not null,
  destinations varchar(2000) not null,
  webhook varchar(1048576) not null,
  customer_then varchar(1048576) not null
);
create index event_customer on event (customer, seq);

-- The other customers whose history an event belongs to: those that a transfer took from.
create table event_party (
  customer bigint not null,
  event bigint not null,
  primary key (customer, event)
);

-- How an event ended for a destination. While there is no row, the delivery is pending, or scheduled below.
create table delivery (
  event bigint not null,
  destination varchar(100) not null,
  state varchar(10) not null,
  attempts int not null,
  settled_at bigint not null,
  millis int not null,
  response_code int,
  reason varchar(2000),
  request varchar(1048576),
  primary key (event, destination)
);

-- Deliveries that wait for their time: those that failed, and those that somebody asked for.
create table redelivery (
  destination varchar(100) not null,
  event bigint not null,
  customer bigint not null,
  origin varchar(10) not null,
  attempts int not null,
  first_attempt_at bigint,
  next_attempt_at bigint not null,
  response_code int,
  reason varchar(2000),
  primary key (destination, event)
);

-- Attempts that failed, and those that settled what was asked for again; the one that settled a delivery is the
-- delivery's own row. They are numbered anew each time a delivery is asked for.
create table attempt (
  event bigint not null,
  destination varchar(100) not null,
  attempt int not null,
  attempted_at bigint not null,
  millis int not null,
  response_code int,
  answer varchar(2000),
  primary key (event, destination, attempted_at, attempt)
);

-- Where a destination stands: events up to the position are settled or scheduled; and how many ended how.
create table destination (
  name varchar(100) primary key,
  pending bigint not null,
  delivered bigint not null,
  skipped bigint not null,
  previewed bigint not null,
  dead bigint not null
);
create table outbox_position (
  destination varchar(100) not null,
  slice int not null,
  event bigint not null,
  primary key (destination, slice)
);
