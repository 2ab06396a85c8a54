-- By which other ids a gateway's events name a sale: Stripe's refund names the payment, its subscription the sale. Null where a gateway has one id for it.
alter table orders add column names text[];
grant select (names) on orders to trackhub_console;

-- "Which order goes by this name". Few orders have any.
create index orders_names on orders using gin (names) where names is not null;
