using TrackHub.Faults.Lab;
using TrackHub.Testing;

namespace TrackHub.Faults.Scenarios;

/// <summary>Every process dies as by a crash, alone and two at once, while events flow.</summary>
[Collection(nameof(FaultLab))]
public sealed class KillTests(FaultLab lab)
{
    private const int Rate = 50;
    private const int FullRounds = 3;

    private static readonly string[][] Pairs =
    [
        [LabServices.Matcher, LabServices.Dispatcher],
        [LabServices.Postgres, LabServices.Dispatcher],
        [LabServices.Broker, LabServices.Ledger],
        [LabServices.Ingest, LabServices.Broker],
    ];

    [Fact]
    public Task Every_process_may_die_at_any_moment() => DieAsync(
        FaultLab.IsFull ? [.. Enumerable.Repeat(LabServices.All, FullRounds).SelectMany(static all => all).Select(static service => new[] { service })]
            : [.. LabServices.All.Select(static service => new[] { service })]);

    [Fact]
    public Task Any_two_processes_may_die_at_once() => DieAsync(FaultLab.IsFull ? AllPairs() : Pairs);

    [Fact]
    public async Task A_lock_file_whose_process_id_is_somebody_elses_by_now_does_not_keep_the_database_down()
    {
        await lab.Services.AreReadyAsync();
        using var somebody = await ChildProcess.StartAsync("KILL", Environment.IsPrivilegedProcess ? "postgres" : null, "sleep", "1000");
        var supervisor = lab.Machine.Supervisor();
        Machine.Signal("STOP", supervisor);   // it finds the file as it would after a restart of the machine
        IReadOnlyDictionary<string, int> killed;
        try
        {
            killed = lab.Services.Kill(LabServices.Postgres);
            var file = Path.Combine(lab.Machine.Data, "postgres", "postmaster.pid");
            var lines = await File.ReadAllLinesAsync(file);
            await File.WriteAllLinesAsync(file, [$"{somebody.Id}", .. lines.Skip(1)]);
        }
        finally
        {
            Machine.Signal("CONT", supervisor);
        }

        await lab.Services.AreAgainAsync(killed);
    }

    /// <summary>Kills each group at once, and the next when all serve again and events flow.</summary>
    private async Task DieAsync(IReadOnlyList<string[]> groups)
    {
        await using var load = lab.StartLoad(Rate);
        foreach (var group in groups)
        {
            await load.FlowsAsync();
            var killed = lab.Services.Kill(group);
            await lab.Services.AreAgainAsync(killed);
        }

        await load.FlowsAsync();
        await lab.ConcludeAsync(load, crashes: groups.Count);
    }

    private static IReadOnlyList<string[]> AllPairs() =>
    [
        .. LabServices.All.SelectMany(static (first, n) => LabServices.All.Skip(n + 1).Select(second => new[] { first, second })),
    ];
}
