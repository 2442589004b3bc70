-- A destination that is sent the stored events that it did not have, in their order: those up to last_event are
-- scheduled, and the others will be while it runs.
create table if not exists history_backfill (
  destination varchar(100) primary key,
  state varchar(10) not null,
  events bigint not null,
  scheduled bigint not null,
  since bigint not null,
  last_event bigint not null,
  up_to bigint not null,
  started_at bigint not null
);

-- What commands that import have told of themselves, and which of them are to stop.
create table if not exists import_run (
  id varchar(36) primary key,
  state varchar(10) not null,
  progress varchar(20000) not null,
  started_at bigint not null,
  told_at bigint not null
);
