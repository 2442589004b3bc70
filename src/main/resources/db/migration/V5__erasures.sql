-- Customers that were erased a short time ago: every runner on this database has to forget them.
create table erasure (
  customer bigint primary key,
  erased_at bigint not null
);
