-- The span in which the event was accepted, where traces are on: what is delivered later goes on with its trace.
alter table event add column if not exists traceparent varchar(55);
