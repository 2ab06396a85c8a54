using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using TrackHub.Testing;

namespace TrackHub.Dispatch.Tests;

public sealed class GatheringTests
{
    private readonly ConcurrentQueue<Run> _runs = new();

    [Fact]
    public async Task Who_comes_while_a_group_is_at_work_goes_with_all_who_came_meanwhile()
    {
        var gathering = NewGathering();
        var first = Join(gathering, new(1));
        var run = await RunAsync(1);
        Task<string>[] others = [Join(gathering, new(2)), Join(gathering, new(3)), Join(gathering, new(4))];

        run.Answer();
        (await first).ShouldBe("1");
        var next = await RunAsync(2);
        next.Numbers.ShouldBe([2, 3, 4]);
        next.Answer();

        (await Task.WhenAll(others)).ShouldBe(["2", "3", "4"]);
    }

    [Fact]
    public async Task What_cannot_go_together_goes_one_after_the_other()
    {
        var gathering = NewGathering();
        _ = Join(gathering, new(1));
        var run = await RunAsync(1);
        _ = Join(gathering, new(2, Lane: "a"));
        _ = Join(gathering, new(3, Lane: "a"));
        _ = Join(gathering, new(4, Lane: "b"));

        run.Answer();
        (run = await RunAsync(2)).Numbers.ShouldBe([2, 4]);
        run.Answer();

        (await RunAsync(3)).Numbers.ShouldBe([3]);
    }

    [Fact]
    public async Task Beside_a_group_at_work_only_full_ones_go_and_a_heavy_call_goes_alone()
    {
        var gathering = NewGathering();
        _ = Join(gathering, new(1));
        await RunAsync(1);
        _ = Join(gathering, new(2, Weight: 400));
        await Task.Delay(50);
        _runs.Count.ShouldBe(1);

        _ = Join(gathering, new(3, Weight: 1_000));

        (await RunAsync(2)).Numbers.ShouldBe([2]);
        _ = Join(gathering, new(4, Weight: 10));
        (await RunAsync(3)).Numbers.ShouldBe([3]);
        _runs.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_fault_is_its_own_callers_alone()
    {
        var gathering = NewGathering();
        _ = Join(gathering, new(1));
        var run = await RunAsync(1);
        Task<string>[] others = [Join(gathering, new(2)), Join(gathering, new(3)), Join(gathering, new(4))];
        run.Answer();

        (await RunAsync(2)).Fail(new InvalidOperationException("of the group"));
        for (var number = 2; number <= 4; number++)
        {
            var alone = await RunAsync(number + 1);
            alone.Numbers.ShouldBe([number]);
            if (number == 3)
                alone.Fail(new InvalidOperationException("its own"));
            else
                alone.Answer();
        }

        (await others[0]).ShouldBe("2");
        (await others[1].ShouldThrowAsync<InvalidOperationException>()).Message.ShouldBe("its own");
        (await others[2]).ShouldBe("4");
    }

    [Fact]
    public async Task A_dependency_that_is_away_is_told_to_all_and_not_asked_again()
    {
        var gathering = NewGathering();
        _ = Join(gathering, new(1));
        var run = await RunAsync(1);
        Task<string>[] others = [Join(gathering, new(2)), Join(gathering, new(3))];
        run.Answer();

        (await RunAsync(2)).Fail(new NpgsqlException("away", new TimeoutException()));

        foreach (var other in others)
            await other.ShouldThrowAsync<NpgsqlException>();
        _runs.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Work_is_given_up_when_nobody_waits_for_it_any_more()
    {
        var gathering = NewGathering();
        _ = Join(gathering, new(1));
        var run = await RunAsync(1);
        using var one = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        using var late = new CancellationTokenSource();
        Task<string>[] two = [Join(gathering, new(2), one.Token), Join(gathering, new(3), other.Token)];
        run.Answer();
        run = await RunAsync(2);
        var waiting = Join(gathering, new(4), late.Token);

        await one.CancelAsync();
        await two[0].ShouldThrowAsync<OperationCanceledException>();
        run.GivenUp.IsCancellationRequested.ShouldBeFalse();
        await late.CancelAsync();
        await waiting.ShouldThrowAsync<OperationCanceledException>();
        await other.CancelAsync();

        await two[1].ShouldThrowAsync<OperationCanceledException>();
        run.GivenUp.IsCancellationRequested.ShouldBeTrue();
        run.Fail(new OperationCanceledException());
        (await Answered(Join(gathering, new(5)))).ShouldBe("5");
        _runs.ShouldNotContain(static r => r.Numbers.Contains(4), "who gave up before its turn is not carried out");
    }

    [Fact]
    public void Everyone_is_answered_once_and_with_its_own_whatever_comes_together()
    {
        var calls = Gen.ListOf(from lane in Gen.Elements("a", "b", "c") from weight in Gen.Choose(1, 700) select (lane, weight)).Resize(60);

        Prop.ForAll(calls.ToArbitrary(), some =>
        {
            var carriedOut = new ConcurrentBag<IReadOnlyList<Call>>();
            var gathering = new Gathering<Call, int>(
                async (group, _) =>
                {
                    carriedOut.Add(group);
                    await Task.Yield();
                    return [.. group.Select(static call => call.Number)];
                },
                static call => call.Weight,
                static (one, other) => one.Lane != other.Lane);

            var answers = Task.WhenAll(some.Select((call, number) => gathering.JoinAsync(new(number, call.weight, call.lane), default))).GetAwaiter().GetResult();

            return answers.SequenceEqual(Enumerable.Range(0, some.Count))
                && carriedOut.SelectMany(static group => group).Select(static call => call.Number).Order().SequenceEqual(answers)
                && carriedOut.All(static group => group.Count == 1 || (group.Sum(static call => call.Weight) <= 500 && group.DistinctBy(static call => call.Lane).Count() == group.Count));
        }).QuickCheckThrowOnFailure();
    }

    private Gathering<Call, string> NewGathering() => new(
        (group, givenUp) =>
        {
            var run = new Run([.. group.Select(static call => call.Number)], givenUp);
            _runs.Enqueue(run);
            return run.Task;
        },
        static call => call.Weight,
        static (one, other) => one.Lane != other.Lane);

    private static Task<string> Join(Gathering<Call, string> gathering, Call call, CancellationToken cancellationToken = default) => gathering.JoinAsync(
        call with { Lane = call.Lane ?? $"lane {call.Number}" }, cancellationToken);

    private async Task<Run> RunAsync(int number)
    {
        await Eventually.Holds(() => _runs.Count >= number);
        return _runs.ElementAt(number - 1);
    }

    private async Task<string> Answered(Task<string> joined)
    {
        await Eventually.Holds(() =>
        {
            _runs.Last().Answer();
            return joined.IsCompleted;
        });
        return await joined;
    }

    private sealed record Call(int Number, int Weight = 1, string? Lane = null);

    private sealed class Run(IReadOnlyList<int> numbers, CancellationToken givenUp)
    {
        private readonly TaskCompletionSource<IReadOnlyList<string>> _answers = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<int> Numbers => numbers;

        public CancellationToken GivenUp => givenUp;

        public Task<IReadOnlyList<string>> Task => _answers.Task;

        public void Answer() => _answers.TrySetResult([.. numbers.Select(static number => $"{number}")]);

        public void Fail(Exception failure) => _answers.TrySetException(failure);
    }
}
