using System.Globalization;
using Confluent.Kafka;
using TrackHub.LocalKafka.Faults.Lab;

namespace TrackHub.LocalKafka.Faults.Checking;

/// <summary>Reads back everything a topic holds.</summary>
internal sealed class LogReading(Clients clients, string topic, int partitions)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>First offset and the one after the last, by partition.</summary>
    public Task<List<(long Start, long End)>> BoundsAsync() => Task.Run(() =>
    {
        using var consumer = clients.Consumer("reading");
        return Enumerable.Range(0, partitions).Select(partition => consumer.QueryWatermarkOffsets(new TopicPartition(topic, partition), Patience))
            .Select(static bounds => (bounds.Low.Value, bounds.High.Value)).ToList();
    });

    /// <summary>Every record between the bounds, by partition.</summary>
    /// <exception cref="TimeoutException">A partition did not end.</exception>
    public Task<List<StoredRecord>> ReadAsync(IReadOnlyList<(long Start, long End)> bounds) => Task.Run(() =>
    {
        using var consumer = clients.Consumer("reading");
        consumer.Assign(bounds.Select((bound, partition) => new TopicPartitionOffset(topic, partition, bound.Start)));
        var read = Enumerable.Range(0, partitions).Select(static _ => new List<StoredRecord>()).ToList();
        for (var ended = 0; ended < partitions;)
        {
            var record = consumer.Consume(Patience) ?? throw new TimeoutException($"{read.Sum(static r => r.Count)} records read, {ended} partitions ended");
            if (record.IsPartitionEOF)
                ended++;
            else
                read[record.Partition.Value].Add(Parse(record));
        }

        return read.SelectMany(static records => records).ToList();
    });

    private static StoredRecord Parse(ConsumeResult<string, string> record)
    {
        var number = int.TryParse(record.Message.Value.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : -1;
        return new StoredRecord(record.Partition.Value, record.Offset.Value, record.Message.Key, number, record.Message.Timestamp.UnixTimestampMs);
    }
}
