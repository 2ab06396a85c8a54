-- The match quality of what goes to Meta, per brand and day. The ledger adds to it in the transaction of the conversions, so that each counts once.
create table quality_days (
    brand_id     text not null,
    day          date not null,                         -- in the brand's time zone
    event_name   text not null,                         -- Meta's
    key          text not null,                         -- events that brought this key, in Meta's name; '' for every event
    events       bigint not null,
    green        bigint not null,                       -- of them with a score of 6 and more
    score_tenths bigint not null,                       -- sum of their scores
    primary key (brand_id, day, event_name, key)
) with (fillfactor = 70);
comment on table quality_days is 'Sums over the scores of Purchases by day; what `trackhub quality` shows.';

call secure_brand_table('quality_days', 'select, insert, update, delete', 'select');
