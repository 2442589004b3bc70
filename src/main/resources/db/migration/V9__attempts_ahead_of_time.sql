-- Whether the destination has asked for the time of the next attempt: a start does not make it earlier; and whether it
-- is made ahead of its time.
alter table redelivery add column if not exists asked boolean default false not null;
alter table redelivery add column if not exists early boolean default false not null;
