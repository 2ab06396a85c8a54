using TrackHub.Faults.Lab;

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
