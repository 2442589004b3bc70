-- Whether an earlier delivery of the same customer waits is asked for each that was requested, of very many at a time.
create index redelivery_customer on redelivery (destination, customer, event);
