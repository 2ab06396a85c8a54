using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TrackHub.Integration.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Ledger;

/// <summary>A real deadlock between the ledger, as it ships, and somebody else's transaction.</summary>
public sealed class DeadlockTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private LedgerProcess _ledger = null!;

    public async Task InitializeAsync() => _ledger = await LedgerProcess.StartAsync();

    public async Task DisposeAsync() => await _ledger.DisposeAsync();

    [Fact]
    public async Task The_victim_of_a_deadlock_writes_its_batch_again_and_each_row_once()
    {
        var known = _ledger.Event(EventKind.Click, session: "sess-1");
        await _ledger.ProduceAsync(Topics.TrackEvents, known);
        await Eventually.Holds(async () => await RowsAsync("event_outcomes", known) == 1, Patience);
        using var retries = new CounterProbe(_ledger.Services.GetRequiredService<IMeterFactory>(), "trackhub.batch.retries");

        // A click is written to events, then to clicks, then to event_outcomes. The gate stops the ledger between the first two until the rival waits
        // for the first: so it is the ledger whose wait, for the last, closes the circle.
        await using var gate = await LockAsync("clicks");
        await using var rival = await LockAsync("event_outcomes");
        var click = _ledger.Event(EventKind.Click, session: "sess-2");
        await _ledger.ProduceAsync(Topics.TrackEvents, click);
        await Eventually.Holds(() => IsWaitedForAsync("clicks"), Patience);
        var blocked = rival.LockAsync("events");
        await Eventually.Holds(() => IsWaitedForAsync("events"), Patience);
        await gate.CommitAsync();

        await blocked;   // the ledger has given way
        await rival.CommitAsync();

        await Eventually.Holds(async () => await RowsAsync("event_outcomes", click) == 1, Patience);
        (await RowsAsync("events", click), await RowsAsync("clicks", click), await RowsAsync("event_outcomes", known)).ShouldBe((1, 1, 1));
        await Eventually.Holds(
            async () => (await _ledger.ScalarAsync<long>("select deadlocks from pg_stat_database where datname = current_database()")).ShouldBe(1), Patience);
        retries.Sum.ShouldBe(1);
    }

    private async Task<Rival> LockAsync(string table)
    {
        var rival = new Rival(await _ledger.Database.OpenConnectionAsync());
        await rival.ExecuteAsync("begin; set local deadlock_timeout = '10min'");   // it never looks, so it is never the victim
        await rival.LockAsync(table);
        return rival;
    }

    private Task<bool> IsWaitedForAsync(string table) =>
        _ledger.ScalarAsync<bool>("select exists (select from pg_locks where relation = $1::text::regclass and not granted)", table);

    private Task<long> RowsAsync(string table, TrackedEvent e) =>
        _ledger.ScalarAsync<long>($"select count(*) from {table} where ingest_id = $1", Guid.Parse(e.IngestId));

    /// <summary>A transaction that keeps the ledger from writing to tables.</summary>
    private sealed class Rival(NpgsqlConnection connection) : IAsyncDisposable
    {
        public Task LockAsync(string table) => ExecuteAsync($"lock table {table} in exclusive mode");

        public Task CommitAsync() => ExecuteAsync("commit");

        public async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Patience.TotalSeconds };
            await command.ExecuteNonQueryAsync();
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
