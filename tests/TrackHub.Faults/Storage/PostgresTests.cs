using TrackHub.Faults.Lab;
using TrackHub.Testing;

namespace TrackHub.Faults.Storage;

/// <summary>PostgreSQL dies, hangs and runs out of room while events flow: nobody is sent for without a claim on the disk, and nobody else dies of it.</summary>
[Collection(nameof(StorageLab))]
public sealed class PostgresTests(StorageLab lab)
{
    private const int Rate = 50;
    private const int DiskMegabytes = 120;

    // A role that waits tells so once; one that spins would write thousands.
    private const int QuietLines = 1_000;
    private static readonly string[] Writers = [LabServices.Matcher, LabServices.Dispatcher, LabServices.Ledger];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task PostgreSQL_that_commits_late_dies_and_hangs()
    {
        var kills = FaultLab.IsFull ? 10 : 1;
        await using var load = lab.StartLoad(Rate);
        await load.FlowsAsync();
        for (var kill = 0; kill < kills; kill++)
        {
            var killed = lab.Services.Kill(LabServices.Postgres);
            await load.FlowsAsync();   // the ingress needs no PostgreSQL
            await lab.Services.AreAgainAsync(killed);
            await load.FlowsAsync();
        }

        lab.Services.Pause(LabServices.Postgres);
        try
        {
            foreach (var role in Writers)
                await lab.Services.SaysAwayAsync(role, "postgres");
            await load.FlowsAsync(FaultLab.IsFull ? 10 * Rate : Rate);
            (await lab.Services.ReadyAsync(LabServices.Ingest)).IsReady.ShouldBeTrue();
        }
        finally
        {
            lab.Services.Continue(LabServices.Postgres);
        }

        await lab.Services.AreReadyAsync();
        await lab.ConcludeAsync(load, crashes: kills + 1);
    }

    [Fact]
    public async Task PostgreSQL_without_room_is_waited_for_until_there_is_some()
    {
        await using var load = lab.StartLoad(Rate);
        await load.FlowsAsync();
        await lab.MoveToSmallDiskAsync(DiskMegabytes);
        await load.FlowsAsync();
        var roles = LabServices.Roles.ToDictionary(static role => role, lab.Services.Pid);
        var lines = LinesLogged();

        // Rows find no room: SQLSTATE 53100.
        await lab.FillDiskAsync();
        foreach (var role in Writers)
            await Eventually.Holds(async () => (await lab.Services.ReadyAsync(role)).Text.ShouldContain("\"reason\":\"storage_full\"", customMessage: role), Patience);
        await load.FlowsAsync();

        // The log finds none: the server panics, and so does each that is started in its place.
        var server = lab.Services.Pid(LabServices.Postgres);
        await Eventually.Holds(FillLogAsync, Patience);
        await Eventually.Holds(() => lab.Services.Pid(LabServices.Postgres) != server, Patience);
        await load.FlowsAsync();
        foreach (var role in Writers)
            (await lab.Services.ReadyAsync(role)).IsReady.ShouldBeFalse(role);

        await lab.EnlargeDiskAsync();

        await lab.Services.AreReadyAsync();
        LabServices.Roles.ToDictionary(static role => role, lab.Services.Pid).ShouldBe(roles, "nobody was started again");
        LinesLogged().ShouldAllBe(log => log.Value < lines[log.Key] + QuietLines);
        await load.FlowsAsync();
        await lab.ConcludeAsync(load, crashes: 1);
    }

    private Dictionary<string, int> LinesLogged() =>
        LabServices.Roles.ToDictionary(static role => role, role => File.ReadLines(Path.Combine(lab.Machine.Data, "logs", role + ".log")).Count());

    /// <summary>Writes to the write-ahead log alone; true when the server gave up.</summary>
    private async Task<bool> FillLogAsync()
    {
        try
        {
            await using var command = lab.Postgres.CreateCommand("select pg_logical_emit_message(false, 'ballast', repeat(md5(random()::text), 30000)), pg_switch_wal()");
            await command.ExecuteNonQueryAsync();
            return false;
        }
        catch (Npgsql.NpgsqlException)
        {
            return true;
        }
    }
}
