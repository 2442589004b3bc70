-- A destination that is told of each customer as it stands, one after the other by number, and how far that is.
create table state_backfill (
  destination varchar(100) primary key,
  state varchar(10) not null,
  customers bigint not null,
  told bigint not null,
  last_customer bigint not null,
  up_to bigint not null,
  started_at bigint not null,
  next_at bigint not null
);
