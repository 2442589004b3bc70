-- H2 writes and reads a varchar character by character, and takes it to need twice the memory; as UTF-8 it is copied.
-- PostgreSQL keeps text as bytes anyway. And none of them may be too long to be stored.
alter table customer alter column state set data type varbinary(10485760);
alter table event alter column webhook set data type varbinary(67108864);
alter table event alter column customer_then set data type varbinary(10485760);
