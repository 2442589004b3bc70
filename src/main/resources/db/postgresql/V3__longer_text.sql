-- None of them may be too long to be stored.
alter table customer alter column state set data type varchar(10485760);
alter table event alter column webhook set data type text;
alter table event alter column customer_then set data type varchar(10485760);
