using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>DescribeLogDirs, key 35: the one folder of the log, the bytes of each partition in it, and how full its disk is.</summary>
internal sealed class DescribeLogDirs(TopicStore topics, LocalKafkaOptions options) : KafkaApi<DescribeLogDirsRequest, DescribeLogDirsResponse>
{
    protected override ValueTask<DescribeLogDirsResponse> AnswerAsync(
        DescribeLogDirsRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var path = Path.GetFullPath(options.DataDirectory);
        var disk = new DriveInfo(path);
        return ValueTask.FromResult(new DescribeLogDirsResponse
        {
            Folders =
            [
                new()
                {
                    Path = path,
                    TotalBytes = disk.TotalSize,
                    UsableBytes = disk.AvailableFreeSpace,
                    Topics = asked.Topics is { } named ? named.ConvertAll(Find) : topics.Topics.Select(All).ToList(),
                },
            ],
        });
    }

    private static DescribeLogDirsResponse.Topic All(Topic topic) => Describe(topic, topic.Name, Enumerable.Range(0, topic.Partitions.Count));

    private DescribeLogDirsResponse.Topic Find(DescribeLogDirsRequest.Topic asked) =>
        Describe(topics.Find(asked.Name), asked.Name, asked.Partitions);

    /// <summary>Partitions that don't exist are left out, as in Kafka.</summary>
    private static DescribeLogDirsResponse.Topic Describe(Topic? topic, string name, IEnumerable<int> partitions) => new()
    {
        Name = name,
        Partitions =
        [
            .. from partition in partitions
               let log = topic?.Partition(partition)
               where log is not null
               select new DescribeLogDirsResponse.Partition { Index = partition, Bytes = log.SizeInBytes },
        ],
    };
}
