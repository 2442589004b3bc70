-- Customers that are being erased, or have been a short time ago: every runner on this database has to forget them.
create table erasure (
  customer bigint primary key,
  erased_at bigint
);
