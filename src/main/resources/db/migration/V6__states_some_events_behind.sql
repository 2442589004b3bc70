-- A state may be some events behind: those of the customer after as_of are folded in where it is read. By its new name,
-- as an earlier version that still runs would take it for all there is, and has to fail rather than lose events.
alter table customer add column as_of bigint default 0 not null;
update customer set as_of = (select last_event from log_position);
alter table customer rename column state to folded;
