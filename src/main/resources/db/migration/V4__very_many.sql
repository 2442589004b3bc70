-- Whether an earlier delivery of the same customer waits is asked for each that was requested, of very many at a time.
create index redelivery_customer on redelivery (customer, destination, event);
-- An event can make one customer of very many.
alter table event alter column after_customers set data type varchar(1000000);
