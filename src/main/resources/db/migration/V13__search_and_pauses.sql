-- What a customer is found by beside the ids: attributes and the stores' original transactions, by a hash. Written only
-- when one of them changes.
create table if not exists search_index (
  customer bigint not null,
  value_hash bigint not null,
  primary key (customer, value_hash)
);
create index if not exists search_index_value on search_index (value_hash, customer);

-- How far the customers of before are indexed, by number; those after up_to are from the start.
create table if not exists search_index_position (
  last_customer bigint not null,
  up_to bigint not null
);
insert into search_index_position (last_customer, up_to)
  select 0, last_customer from log_position where not exists (select 1 from search_index_position);

-- Since when nothing is sent to a destination because somebody wants it so; null while it is sent.
alter table destination add column if not exists paused_at bigint;
