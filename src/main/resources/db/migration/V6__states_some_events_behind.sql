-- The newest event in a customer's state: its own events since are folded in where it is read.
alter table customer add column as_of bigint default 0 not null;
update customer set as_of = (select last_event from log_position);
