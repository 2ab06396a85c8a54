using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Streams;

/// <summary>What the tests of one log share: topics of letters numbered by their id, and loops that read them.</summary>
internal static class StreamTest
{
    public static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(5);

    public static string NewGroup() => $"group-{Guid.NewGuid():N}";

    public static DeadLetter Letter(int number) =>
        new() { DeadLetterId = $"{number}", Stage = "test", Reason = "none", Detail = "", At = DateTimeOffset.UnixEpoch };

    public static OutgoingRecord[] Letters(TopicDefinition topic, int count, int from = 0) =>
        [.. Enumerable.Range(from, count).Select(number => OutgoingRecord.Create(topic, $"key {number}", Letter(number), new RecordHeaders().Set("number", $"{number}")))];

    public static RecordConsumer Consumer(this TestHost host, TopicDefinition topic, string? group = null, Assignor assignor = Assignor.Range) =>
        host.Consumers.Create(new() { Group = group ?? NewGroup(), Topics = [topic], Assignor = assignor });

    /// <summary>Offsets of a role that keeps its own: of this partition alone.</summary>
    public static Task<IReadOnlyDictionary<(string Topic, int Partition), long>> Starting((string Topic, int Partition) partition, long next) =>
        Task.FromResult<IReadOnlyDictionary<(string, int), long>>(new Dictionary<(string, int), long> { [partition] = next });

    public static int Number(this StreamRecord record) => int.Parse(record.Header("number")!);

    /// <summary>Reads and stores until so many records were read.</summary>
    public static async Task<List<StreamRecord>> ReadAsync(this RecordConsumer consumer, int count, int batchSize = 100)
    {
        var read = new List<StreamRecord>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (var batch in consumer.BatchesAsync(batchSize, Linger, limit.Token))
        {
            read.AddRange(batch);
            consumer.Store(batch);
            if (read.Count >= count)
                return read;
        }

        throw new TimeoutException($"{read.Count} of {count} records came in time.");
    }
}
