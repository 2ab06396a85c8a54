using System.Text;
using Confluent.Kafka;
using TrackHub.Load.Floors;

namespace TrackHub.Load.Tests.Floors;

public sealed class AppendServerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("append-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_real_producer_has_its_records_in_the_file_when_it_is_answered()
    {
        using var server = new AppendServer(_directory, partitions: 2);
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = server.Address, Acks = Acks.All })
            .SetLogHandler(static (_, _) => { })
            .Build();

        await producer.ProduceAsync(new TopicPartition("any", 1), new() { Value = "first" });
        await producer.ProduceAsync(new TopicPartition("any", 1), new() { Value = "second" });

        var written = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(_directory, "1.log")));
        written.IndexOf("first", StringComparison.Ordinal).ShouldBeInRange(1, written.IndexOf("second", StringComparison.Ordinal));
        new FileInfo(Path.Combine(_directory, "0.log")).Length.ShouldBe(0);

        server.Clear();
        new FileInfo(Path.Combine(_directory, "1.log")).Length.ShouldBe(0);
    }
}
