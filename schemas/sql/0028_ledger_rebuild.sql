-- A rebuild of the ledger sets its offsets back. Below again_until the records of a partition are read a second time; what of them happened before again_from
-- has its rows, which a rebuild keeps, and is passed over.
alter table ledger_offsets
    add column again_until bigint,
    add column again_from  timestamptz;
