using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using TrackHub.Dispatch.Calling;
using TrackHub.Dispatch.Verdicts;

namespace TrackHub.Dispatch.Tests.Calling;

public sealed class BisectionTests
{
    private static readonly MetaAnswer Refused = new() { Transport = Transport.Answered, HttpStatus = 400, HasError = true, Code = 100, Subcode = 2804003 };

    [Fact]
    public void Bad_events_die_alone_all_others_go_and_no_more_calls_are_made_than_it_takes()
    {
        var batches = Gen.Choose(1, 1_000).SelectMany(static n => Gen.Choose(0, n - 1).ListOf().Select(bad => (Events: n, Bad: bad.Take(20).ToHashSet())));

        Prop.ForAll(batches.ToArbitrary(), static batch =>
        {
            var (calls, delivered, dead) = Run(batch.Events, batch.Bad);

            dead.Order().ShouldBe(batch.Bad.Order());
            delivered.ShouldBe(Enumerable.Range(0, batch.Events).Except(batch.Bad), "in their order, each once");
            var levels = BitOperations.Log2((uint)batch.Events - 1 | 1) + (batch.Events > 2 ? 1 : batch.Events - 1);
            calls.ShouldBeLessThanOrEqualTo(Math.Max(1, batch.Bad.Count * ((2 * levels) + 2)));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(50, 13)]
    [InlineData(1_000, 21)]
    public void One_bad_event_costs_two_calls_a_level(int events, int most) =>
        Enumerable.Range(0, events).Max(bad => Run(events, [bad]).Calls).ShouldBe(most);

    [Fact]
    public async Task Nothing_is_begun_once_the_role_stops()
    {
        using var stop = new CancellationTokenSource();
        var calls = 0;

        await Bisection.RunAsync(
            [1, 2, 3, 4],
            part =>
            {
                calls++;
                stop.Cancel();
                return Task.FromResult(Bisection.Halves(part));
            },
            stop.Token);

        calls.ShouldBe(1);
    }

    /// <summary>Calls as the dispatcher does, for answers as Meta gives them: a batch is refused for one bad event in it.</summary>
    private static (int Calls, List<int> Delivered, List<int> Dead) Run(int events, HashSet<int> bad)
    {
        var (calls, delivered, dead) = (0, new List<int>(), new List<int>());
        var run = Bisection.RunAsync<int>(
            [.. Enumerable.Range(0, events)],
            part =>
            {
                calls++;
                var answer = part.Any(bad.Contains) ? Refused : new() { Transport = Transport.Answered, HttpStatus = 200, EventsReceived = part.Count };
                var verdict = VerdictTable.Rule(answer, part.Count).Verdict;
                if (verdict is Verdict.Split)
                    return Task.FromResult(Bisection.Halves(part));
                (verdict is Verdict.Delivered ? delivered : dead).AddRange(part);
                return Task.FromResult<IReadOnlyList<IReadOnlyList<int>>>([]);
            },
            default);
        run.IsCompletedSuccessfully.ShouldBeTrue();
        return (calls, delivered, dead);
    }
}
