using System.Diagnostics;
using Confluent.Kafka;

namespace TrackHub.LocalKafka.Tests.Clients;

/// <summary>kcat, with its older librdkafka, lists, reads and writes.</summary>
public sealed class KcatTests(TestBroker broker) : IClassFixture<TestBroker>
{
    [Fact]
    public async Task It_lists_topics_and_partitions()
    {
        var topic = await broker.CreateTopicAsync(3);

        var listing = await KcatAsync(null, "-L");

        listing.ShouldContain($"topic \"{topic}\" with 3 partitions");
        listing.ShouldContain($"broker 1 at {broker.BootstrapServers}");
    }

    [Fact]
    public async Task It_reads_what_was_produced()
    {
        var topic = await broker.CreateTopicAsync();
        using var producer = broker.Producer();
        await producer.ProduceAsync(topic, new Message<string?, string?>
        {
            Key = "k",
            Value = "v",
            Timestamp = new Timestamp(1_700_000_000_123, TimestampType.CreateTime),
        });

        (await KcatAsync(null, "-C", "-t", topic, "-e", "-q", "-f", "%p %o %T %k %s\\n")).ShouldBe("0 0 1700000000123 k v\n");
    }

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task What_it_writes_is_read_back(string codec)
    {
        var topic = await broker.CreateTopicAsync();

        await KcatAsync("a:1\nb:2\n", "-P", "-t", topic, "-K:", "-z", codec, "-H", "from=kcat");

        broker.Read(topic, 0, 2).Select(static record => (record.Message.Key, record.Message.Value)).ShouldBe([("a", "1"), ("b", "2")]);
    }

    [Fact]
    public async Task It_consumes_in_a_group_and_resumes_at_its_commit()
    {
        var topic = await broker.CreateTopicAsync(2);
        var group = TestBroker.NewName("kcat");
        await KcatAsync("1\n2\n3\n", "-P", "-t", topic, "-p", "1");
        (await KcatAsync(null, "-G", group, "-c", "3", "-q", "-X", "auto.offset.reset=earliest", topic)).ShouldBe("1\n2\n3\n");

        await KcatAsync("4\n", "-P", "-t", topic, "-p", "1");

        (await KcatAsync(null, "-G", group, "-c", "1", "-q", "-X", "auto.offset.reset=earliest", topic)).ShouldBe("4\n");
    }

    private async Task<string> KcatAsync(string? input, params string[] arguments)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var kcat = Process.Start(new ProcessStartInfo("kcat", ["-b", broker.BootstrapServers, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var errors = kcat.StandardError.ReadToEndAsync(deadline.Token);
            var output = kcat.StandardOutput.ReadToEndAsync(deadline.Token);
            await kcat.StandardInput.WriteAsync(input);
            kcat.StandardInput.Close();
            await kcat.WaitForExitAsync(deadline.Token);
            kcat.ExitCode.ShouldBe(0, await errors);
            return await output;
        }
        finally
        {
            if (!kcat.HasExited)
                kcat.Kill();
        }
    }
}
