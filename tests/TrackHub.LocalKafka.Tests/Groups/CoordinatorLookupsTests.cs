using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Groups;

/// <summary>Which clients are taken for ones that want groups of KIP-848.</summary>
public sealed class CoordinatorLookupsTests
{
    private static readonly TimeSpan Half = TimeSpan.FromMilliseconds(500);   // librdkafka's own pace

    private readonly ManualClock _clock = new();
    private readonly CoordinatorLookups _lookups = new();

    [Fact]
    public void Who_asks_twice_a_second_is_found_and_found_again()
    {
        var found = Enumerable.Range(1, 3 * CoordinatorLookups.Limit).Where(_ => Ask("group", Half)).ToList();

        found.ShouldBe([CoordinatorLookups.Limit, 2 * CoordinatorLookups.Limit, 3 * CoordinatorLookups.Limit]);
    }

    [Fact]
    public void Who_asks_now_and_then_or_for_many_groups_is_not()
    {
        for (var i = 0; i < 10 * CoordinatorLookups.Limit; i++) Ask("group", 2 * Half).ShouldBeFalse();
        for (var i = 0; i < 10 * CoordinatorLookups.Limit; i++) Ask($"group-{i}", TimeSpan.Zero).ShouldBeFalse();
    }

    [Fact]
    public async Task Only_a_group_without_members_is_objected_to_and_the_log_told_once()
    {
        using var lab = new GroupLab();
        var log = new CountingLogger();
        using var groups = new GroupCoordinator(lab.Store, lab.Options, lab.Clock, log);

        Ask20(groups, "empty").ShouldBe(2);
        log.Warnings.ShouldHaveSingleItem().ShouldContain("client 'app'");

        var joined = await groups.JoinAsync("joined", GroupLab.Ask());
        joined.Error.ShouldBe(ErrorCode.None);
        Ask20(groups, "joined").ShouldBe(0);
    }

    private int Ask20(GroupCoordinator groups, string id) => Enumerable.Range(0, 20).Count(_ => groups.ObjectTo(id, _lookups, "client 'app'") is not null);

    private bool Ask(string group, TimeSpan pause)
    {
        _clock.Advance(pause);
        return _lookups.IsOneTooMany(group, _clock);
    }

    private sealed class CountingLogger : ILogger
    {
        public List<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Warnings.Add(formatter(state, exception));
    }
}
