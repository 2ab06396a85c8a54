using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using TrackHub.LocalKafka.Faults.Checking;
using TrackHub.LocalKafka.Faults.Lab;

namespace TrackHub.LocalKafka.Faults.Driving;

/// <summary>Creates, changes and deletes topics, one change after the other, and remembers what each may be now.</summary>
internal sealed class TopicChurn : IAsyncDisposable
{
    private const int LiveTopics = 6;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Random _random;
    private readonly IAdminClient _admin;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _changing = new(1);
    private readonly Dictionary<string, List<TopicState>> _possible = [];   // more than one state: a change of it was never answered
    private readonly Task _churning;
    private int _changes;

    public TopicChurn(Clients clients, int seed)
    {
        _random = new Random(seed);
        _admin = clients.Admin();
        _churning = Task.Run(ChurnAsync);
    }

    /// <summary>Changes that were acknowledged.</summary>
    public int Changes => Volatile.Read(ref _changes);

    /// <summary>Reads how every topic is now, while none is changed.</summary>
    public async Task<IReadOnlyList<TopicReading>> ReadAsync(string when)
    {
        await _changing.WaitAsync();
        try
        {
            var there = (await Task.Run(() => _admin.GetMetadata(Patience))).Topics.ToDictionary(static topic => topic.Topic, static topic => topic.Partitions.Count);
            var names = _possible.Keys.Where(there.ContainsKey).ToList();
            var retention = names.Count == 0 ? [] : await _admin.DescribeConfigsAsync(
                names.Select(static name => new ConfigResource { Type = ResourceType.Topic, Name = name }), new DescribeConfigsOptions { RequestTimeout = Patience });
            var found = retention.ToDictionary(
                static described => described.ConfigResource.Name,
                described => new TopicState(
                    there[described.ConfigResource.Name], long.Parse(described.Entries["retention.ms"].Value, CultureInfo.InvariantCulture)));
            return [.. _possible.Select(topic => new TopicReading(when, topic.Key, [.. topic.Value], found.GetValueOrDefault(topic.Key) ?? TopicState.Absent))];
        }
        finally
        {
            _changing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _churning;
        _admin.Dispose();
        _changing.Dispose();
        _stopping.Dispose();
    }

    private async Task ChurnAsync()
    {
        using var ticks = new PeriodicTimer(Pause);
        try
        {
            while (await ticks.WaitForNextTickAsync(_stopping.Token))
            {
                await _changing.WaitAsync(_stopping.Token);
                try
                {
                    await ChangeAsync();
                }
                finally
                {
                    _changing.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    private async Task ChangeAsync()
    {
        var live = _possible.Where(static topic => topic.Value is [{ Partitions: > 0 }]).Select(static topic => topic.Key).ToList();
        var (name, change) = (live.Count < LiveTopics ? 0 : _random.Next(1, 4)) switch
        {
            0 => Create(),
            1 => Delete(live[_random.Next(live.Count)]),
            2 => Alter(live[_random.Next(live.Count)]),
            _ => Grow(live[_random.Next(live.Count)]),
        };
        var before = _possible.GetValueOrDefault(name)?[0] ?? TopicState.Absent;
        var after = change.After(before);
        _possible[name] = [before, after];
        try
        {
            await change.Ask(after);
            _possible[name] = [after];
            Interlocked.Increment(ref _changes);
        }
        catch (KafkaException)
        {
            // Unanswered: it may have been made or not, and its name is left alone from now on.
        }
    }

    private sealed record Change(Func<TopicState, TopicState> After, Func<TopicState, Task> Ask);

    private (string Name, Change Change) Create()
    {
        // A name that was deleted comes back now and then, as another topic.
        var deleted = _possible.Where(static topic => topic.Value is [{ Partitions: 0 }]).Select(static topic => topic.Key).ToList();
        var name = deleted.Count > 3 ? deleted[_random.Next(deleted.Count)] : $"churn-{_possible.Count}";
        var created = new TopicState(_random.Next(1, 4), _random.Next(1, int.MaxValue));
        return (name, new Change(_ => created, after => _admin.CreateTopicsAsync(
            [new TopicSpecification { Name = name, NumPartitions = after.Partitions, ReplicationFactor = 1, Configs = Retention(after) }],
            new CreateTopicsOptions { RequestTimeout = Patience })));
    }

    private (string Name, Change Change) Delete(string name) =>
        (name, new Change(static _ => TopicState.Absent, _ => _admin.DeleteTopicsAsync([name], new DeleteTopicsOptions { RequestTimeout = Patience })));

    private (string Name, Change Change) Grow(string name) =>
        (name, new Change(static before => before with { Partitions = before.Partitions + 1 }, after => _admin.CreatePartitionsAsync(
            [new PartitionsSpecification { Topic = name, IncreaseTo = after.Partitions }], new CreatePartitionsOptions { RequestTimeout = Patience })));

    private (string Name, Change Change) Alter(string name)
    {
        var retention = _random.Next(1, int.MaxValue);
        return (name, new Change(before => before with { RetentionMs = retention }, after => _admin.IncrementalAlterConfigsAsync(
            new Dictionary<ConfigResource, List<ConfigEntry>>
            {
                [new ConfigResource { Type = ResourceType.Topic, Name = name }] =
                    [new ConfigEntry { Name = "retention.ms", Value = Retention(after)["retention.ms"], IncrementalOperation = AlterConfigOpType.Set }],
            },
            new IncrementalAlterConfigsOptions { RequestTimeout = Patience })));
    }

    private static Dictionary<string, string> Retention(TopicState state) =>
        new() { ["retention.ms"] = state.RetentionMs.ToString(CultureInfo.InvariantCulture) };
}
