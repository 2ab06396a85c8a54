using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using TrackHub.LocalKafka.Faults.Checking;
using TrackHub.LocalKafka.Faults.Driving;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Tests;
using TrackHub.Testing;

namespace TrackHub.LocalKafka.Faults.Lab;

/// <summary>A broker in a process of its own under load: producers with and without numbered batches, a consuming group, commits, changing topics.</summary>
internal sealed class BrokerLab : IAsyncDisposable
{
    public const string Topic = "load";
    public const int Partitions = 3;

    /// <summary>How long anything may take that is not at once; the machine may be busy.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _directory;
    private readonly IReadOnlyList<string> _through;
    private readonly IReadOnlyList<string> _settings;
    private readonly int _port = LowPort.Next();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<string> _fatal = [];
    private readonly List<Sender> _senders = [];
    private readonly List<Member> _members = [];
    private readonly GroupLog _group = new(Topic, Partitions);
    private readonly List<CommitReading> _commits = [];
    private readonly List<TopicReading> _topics = [];
    private Committer _committer = null!;
    private TopicChurn _churn = null!;
    private int _kills;

    private BrokerLab(string directory, IReadOnlyList<string> through, int? lossySeed)
    {
        (_directory, _through, _settings) = (directory, through, lossySeed is null ? [] : [$"{nameof(LocalKafkaOptions.AdvertisedHost)}={BrokerProxy.Host}"]);
        Proxy = lossySeed is { } seed ? new BrokerProxy(_port, seed) : null;
        Clients = new Clients($"{(Proxy is null ? "127.0.0.1" : BrokerProxy.Host)}:{_port}");
    }

    /// <summary>What stands between the load and the broker; null where nothing does.</summary>
    public BrokerProxy? Proxy { get; }

    public BrokerProcess Broker { get; private set; } = null!;

    /// <summary>Clients of this broker, also of its next lives.</summary>
    public Clients Clients { get; }

    /// <summary>Records that were acknowledged so far.</summary>
    public int AckCount => _senders.Sum(static sender => sender.AckCount);

    /// <summary>What happened so far, in a line.</summary>
    public string Figures => $"{_kills} kills; {_senders.Sum(static sender => sender.Log().Count)} records sent, {AckCount} acknowledged; "
        + $"{_committer.Acked} commits from outside and those of a group; {_churn.Changes} changes of topics; {Stopwatch.GetElapsedTime(_started).TotalSeconds:0} s";

    /// <summary>Starts a broker and the load on it.</summary>
    /// <param name="seed">Of the topics' changes.</param>
    /// <param name="directory">Where its log is; a folder of its own if not given.</param>
    /// <param name="through">A command that becomes the broker.</param>
    /// <param name="isLossy">Whether a <see cref="BrokerProxy"/> stands before the broker; it loses nothing until told to.</param>
    public static async Task<BrokerLab> StartAsync(int seed, string? directory = null, IReadOnlyList<string>? through = null, bool isLossy = false)
    {
        var lab = new BrokerLab(directory ?? TestFolder.Next("broker"), through ?? [], isLossy ? seed : null);
        await lab.StartBrokerAsync();
        await lab.StartLoadAsync(seed);
        return lab;
    }

    /// <summary>Starts the broker again over what it left.</summary>
    public async Task StartBrokerAsync()
    {
        Broker = BrokerProcess.Spawn(_directory, _port, _settings, _through);
        await Broker.ReadyAsync();
    }

    /// <summary>Starts the broker again and kills it before, or just after, it serves.</summary>
    public async Task KillAtStartAsync(TimeSpan after)
    {
        Broker = BrokerProcess.Spawn(_directory, _port, _settings, _through);
        await Task.Delay(after);   // the fault itself: its start is cut short
        await KillAsync();
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        await Broker.KillAsync();
        Broker.Dispose();
        _kills++;
    }

    /// <summary>Waits until so many records more are acknowledged.</summary>
    public async Task FlowsAsync(int acks)
    {
        var goal = AckCount + acks;
        await Eventually.Holds(() => AckCount >= goal, Patience);
    }

    /// <summary>Waits until so many records more are acknowledged under a load that always has batches under way, and kills the broker then.</summary>
    public async Task KillInTheRushAsync(int acks)
    {
        _senders.ForEach(static sender => sender.Hurry(true));
        await FlowsAsync(acks);
        await KillAsync();
        _senders.ForEach(static sender => sender.Hurry(false));
    }

    /// <summary>Waits until everybody makes progress: each producer, the commits, the consuming group and the topics.</summary>
    public async Task AllFlowAsync()
    {
        var before = _senders.ConvertAll(static sender => sender.AckCount);
        var (commit, consumed, changes) = (_committer.Acked, GroupAcked(), _churn.Changes);
        await Eventually.Holds(
            () => _senders.Zip(before).All(static pair => pair.First.AckCount > pair.Second) && _committer.Acked > commit
                && GroupAcked() > consumed && _churn.Changes > changes,
            Patience);
    }

    /// <summary>Has a further member join the consuming group.</summary>
    public void AddMember() => _members.Add(new Member(Clients, _group));

    /// <summary>What was sent and acknowledged until now.</summary>
    public IReadOnlyList<SentLog> SentLogs() => _senders.ConvertAll(static sender => sender.Log());

    /// <summary>Notes how committed offsets and topics are now.</summary>
    public async Task ReadAsync(string when)
    {
        _topics.AddRange(await _churn.ReadAsync(when));
        // What was acknowledged is taken before and what was asked for after: meanwhile the load goes on.
        var acked = Enumerable.Range(0, Partitions).Select(partition => _group.Commits(partition).Acked).ToList();
        var counted = _committer.Acked;
        var found = await CommittedAsync(GroupLog.Group);
        for (var partition = 0; partition < Partitions; partition++)
            _commits.Add(new(when, GroupLog.Group, partition, acked[partition], _group.Commits(partition).Attempted, found[partition]));
        found = await CommittedAsync(Committer.Group);
        for (var partition = 0; partition < Partitions; partition++)
            _commits.Add(new(when, Committer.Group, partition, counted, _committer.Attempted, found[partition]));
    }

    /// <summary>Ends the load, waits until all is answered and the group has read all, and reads back everything.</summary>
    public async Task<Evidence> ConcludeAsync()
    {
        foreach (var sender in _senders)
            (await sender.FinishAsync(Patience)).ShouldBeTrue("every record has an answer");
        await _committer.FinishAsync();
        var reading = new LogReading(Clients, Topic, Partitions);
        var bounds = await reading.BoundsAsync();
        await Eventually.Holds(async () => (await CommittedAsync(GroupLog.Group)).ShouldBe(bounds.Select(static bound => bound.End)), Patience);
        await ReadAsync("at the end");
        return new Evidence
        {
            Partitions = Partitions,
            Sent = SentLogs(),
            Fatal = _fatal,
            Stored = await reading.ReadAsync(bounds),
            Bounds = bounds,
            Consumed = _group.Consumed(),
            Commits = _commits,
            Topics = _topics,
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in _senders.Concat<IAsyncDisposable?>(_members).Append(_committer).Append(_churn))
        {
            if (part is not null)
                await part.DisposeAsync();
        }

        if (Proxy is { } proxy)
            await proxy.DisposeAsync();
        Broker.Dispose();
    }

    private async Task StartLoadAsync(int seed)
    {
        using (var admin = Clients.Admin())
        {
            await admin.CreateTopicsAsync([new TopicSpecification
            {
                Name = Topic,
                NumPartitions = Partitions,
                ReplicationFactor = 1,
                // Small segments, so that kills hit their changes too; the records' times are long ago.
                Configs = new() { ["segment.bytes"] = "300000", ["retention.ms"] = "-1" },
            }]);
        }

        Send("numbered", new ProducerConfig { EnableIdempotence = true });
        Send("numbered-lz4", new ProducerConfig { EnableIdempotence = true, CompressionType = CompressionType.Lz4 });
        Send("plain", new ProducerConfig { EnableIdempotence = false });
        Send("plain-gzip", new ProducerConfig { EnableIdempotence = false, CompressionType = CompressionType.Gzip });
        _committer = new Committer(Clients, Topic, Partitions);
        _members.AddRange([new Member(Clients, _group), new Member(Clients, _group)]);
        _churn = new TopicChurn(Clients, seed);
    }

    private void Send(string name, ProducerConfig config) => _senders.Add(new Sender(Clients, name, config, Topic, Partitions, TellFatal));

    private void TellFatal(string error)
    {
        lock (_fatal)
            _fatal.Add(error);
    }

    private long GroupAcked() => Enumerable.Range(0, Partitions).Sum(partition => _group.Commits(partition).Acked);

    private Task<List<long>> CommittedAsync(string group) => Task.Run(() =>
    {
        using var consumer = Clients.Consumer(group);
        return consumer.Committed(Enumerable.Range(0, Partitions).Select(static partition => new TopicPartition(Topic, partition)), Patience)
            .ConvertAll(static committed => committed.Offset == Offset.Unset ? -1 : committed.Offset.Value);
    });
}
